package io.ringsight.core.infer.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.stream.Collectors;

/** Which ONNX Runtime this is, for people. */
public final class OnnxRuntimeVersion {
    private OnnxRuntimeVersion() {}

    /**
     * Loads the library, computes with it, and says its version and execution providers.
     *
     * @throws LinkageError if it does not load
     * @throws IllegalStateException if it does not compute
     */
    public static String current() {
        OrtEnvironment environment = OnnxRuntime.environment();
        compute(environment);
        String providers = OrtEnvironment.getAvailableProviders().stream()
                .map(OrtProvider::getName)
                .collect(Collectors.joining(", "));
        return environment.getVersion() + " (" + providers + ")";
    }

    /** A session as lanes have, on a network of one step: the picture it is given, twice as bright. */
    private static void compute(OrtEnvironment environment) {
        float[] numbers = {1, 2, 3, 4};
        try (OrtSession.SessionOptions options = OnnxRuntime.laneOptions();
                OrtSession session = environment.createSession(doubling(numbers.length), options);
                OnnxTensor tensor =
                        OnnxTensor.createTensor(environment, FloatBuffer.wrap(numbers), new long[] {numbers.length});
                OrtSession.Result result = session.run(Map.of("x", tensor))) {
            float[] doubled = (float[]) result.get(0).getValue();
            for (int i = 0; i < numbers.length; i++) {
                if (doubled[i] != 2 * numbers[i]) {
                    throw new IllegalStateException(
                            "it computes wrong: " + numbers[i] + " + " + numbers[i] + " = " + doubled[i]);
                }
            }
        } catch (OrtException e) {
            throw new IllegalStateException("it loads, but does not compute: " + OnnxModelReader.reason(e), e);
        }
    }

    private static byte[] doubling(int length) {
        return new ProtoWriter()
                .number(1, 8)
                .message(
                        7,
                        graph -> graph.message(
                                        1,
                                        node -> node.text(1, "x")
                                                .text(1, "x")
                                                .text(2, "y")
                                                .text(4, "Add"))
                                .text(2, "doctor")
                                .message(11, x -> vector(x, "x", length))
                                .message(12, y -> vector(y, "y", length)))
                .message(8, opset -> opset.number(2, 17))
                .toBytes();
    }

    private static void vector(ProtoWriter info, String name, int length) {
        info.text(1, name)
                .message(
                        2,
                        types -> types.message(
                                1,
                                tensor -> tensor.number(1, 1)
                                        .message(2, shape -> shape.message(1, dim -> dim.number(1, length)))));
    }
}
