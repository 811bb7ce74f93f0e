package io.ringsight.core.detect;

import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelOutput.Boxes;
import io.ringsight.core.model.ModelOutput.Head;
import io.ringsight.core.model.ModelSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Small models of every head, and their decoders. */
final class DecoderSpecs {
    static final int CLASSES = 3;
    static final int SIDE = 64;
    /** Cells of the grids of stride 8, 16 and 32 in a 64x64 input. */
    static final int ANCHORS = 64 + 16 + 4;

    private DecoderSpecs() {}

    static ModelSpec spec(Head head, int candidates) {
        return spec(head, head.usualBoxes(), candidates);
    }

    static ModelSpec spec(Head head, Boxes boxes, int candidates) {
        int values = head == Head.END_TO_END ? 6 : head == Head.YOLOX ? 5 + CLASSES : 4 + CLASSES;
        return new ModelSpec(
                "test",
                "1",
                new ModelSpec.Weights(Path.of("test.onnx"), "0".repeat(64), "fp32"),
                new ModelInput(
                        "images",
                        SIDE,
                        SIDE,
                        TensorType.FLOAT32,
                        ChannelOrder.RGB,
                        1,
                        new ModelInput.Padding(Placement.CENTER, 114),
                        0),
                new ModelOutput("output0", head, boxes, candidates, values, 0.5f),
                IntStream.range(0, CLASSES).mapToObj(i -> "class-" + i).toList(),
                0.25f,
                List.of());
    }

    static DetectionDecoder decoder(Head head, int candidates) {
        return Decoders.of(spec(head, candidates));
    }
}
