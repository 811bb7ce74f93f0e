package io.ringsight.bench;

import io.ringsight.core.detect.Decoders;
import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelOutput.Head;
import io.ringsight.core.model.ModelSpec;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One picture's output of a network with 80 classes into detections, by output layout. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class DecoderBenchmark {
    private static final int CLASSES = 80;

    @Param({"END_TO_END", "ONE_TO_ONE", "ONE_TO_MANY"})
    private Head head;

    private DetectionDecoder decoder;
    private FloatBuffer output;
    private final Detections detections = new Detections(Detections.DEFAULT_CAPACITY);

    @Setup
    public void makeOutput() {
        boolean endToEnd = head == Head.END_TO_END;
        int candidates = endToEnd ? 300 : 8_400;
        int values = endToEnd ? 6 : 4 + CLASSES;
        ModelInput input = new ModelInput(
                "images",
                640,
                640,
                TensorType.FLOAT32,
                ChannelOrder.RGB,
                1 / 255f,
                new ModelInput.Padding(Placement.CENTER, 114),
                1);
        ModelSpec spec = new ModelSpec(
                "bench",
                "1",
                new ModelSpec.Weights(Path.of("bench.onnx"), "0".repeat(64), "fp32"),
                input,
                new ModelOutput("output0", head, candidates, values, 0.45f),
                Collections.nCopies(CLASSES, "thing"),
                0.25f,
                List.of());
        decoder = Decoders.of(spec);
        Random random = new Random(1);
        float[] numbers = new float[candidates * values];
        for (int i = 0; i < numbers.length; i++) {
            // Nearly everything a network says of a street is far below the threshold.
            numbers[i] = (float) Math.pow(random.nextFloat(), 12);
        }
        output = FloatBuffer.wrap(numbers);
    }

    @Benchmark
    public int decode() {
        detections.clear();
        decoder.decode(output, 0, 0.25f, detections);
        return detections.size();
    }
}
