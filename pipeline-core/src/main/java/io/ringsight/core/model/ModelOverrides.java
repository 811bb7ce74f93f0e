package io.ringsight.core.model;

import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelOutput.Boxes;
import io.ringsight.core.model.ModelOutput.Head;
import java.util.List;

/**
 * What a model YAML says of a model. Null means: not said, so the file's own metadata or the usual value counts.
 *
 * @param name name in messages
 * @param version version in messages
 * @param labels class names, by class id
 * @param output how its output is read
 * @param input how pictures are put in
 * @param threshold least confidence of a detection
 */
public record ModelOverrides(
        String name, String version, List<String> labels, Output output, Input input, Float threshold) {
    /** Says nothing: for a bare ONNX file. */
    public static final ModelOverrides NONE = new ModelOverrides(null, null, null, Output.NONE, Input.NONE, null);

    /**
     * How its output is read.
     *
     * @param name of the output to read
     * @param head layout of the output
     * @param boxes what a box's four numbers are
     * @param nmsIou overlap above which NMS removes the weaker box
     */
    public record Output(String name, Head head, Boxes boxes, Float nmsIou) {
        /** Says nothing. */
        public static final Output NONE = new Output(null, null, null, null);
    }

    /**
     * How pictures are put in.
     *
     * @param width input width in pixels
     * @param height input height in pixels
     * @param order which colour the first input plane holds
     * @param scale what an 8-bit value is multiplied with
     * @param placement where the scaled picture lies in the input
     * @param padValue 8-bit grey of the padding
     */
    public record Input(
            Integer width, Integer height, ChannelOrder order, Float scale, Placement placement, Integer padValue) {
        /** Says nothing. */
        public static final Input NONE = new Input(null, null, null, null, null, null);
    }
}
