package io.ringsight.core.infer.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.preprocess.TensorRow;
import io.ringsight.core.time.Clock;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * How fast one thread of this machine computes at best: a multiplication of two square matrices, which leaves nothing
 * to wait for but arithmetic.
 *
 * @param float32PerS operations a second on float32, a multiplication and an addition being two
 * @param int8PerS the same on bytes
 */
public record OnnxSpeed(double float32PerS, double int8PerS) {
    private static final int SIDE = 512;
    private static final int ROUNDS = 9;
    private static final int FLOAT = 1;
    private static final int UINT8 = 2;
    private static final int INT8 = 3;
    private static final int INT32 = 6;

    /** Measures for some 100 ms. */
    public static OnnxSpeed measure(Clock clock) {
        try {
            return new OnnxSpeed(
                    operationsPerS(model("MatMul", FLOAT, FLOAT, FLOAT), OnnxJavaType.FLOAT, clock),
                    operationsPerS(model("MatMulInteger", UINT8, INT8, INT32), OnnxJavaType.UINT8, clock));
        } catch (OrtException e) {
            throw InferenceException.fatal("ONNX Runtime cannot multiply matrices: " + OnnxModelReader.reason(e), e);
        }
    }

    private static double operationsPerS(byte[] model, OnnxJavaType type, Clock clock) throws OrtException {
        ByteBuffer numbers = TensorRow.allocate(SIDE * SIDE * type.size);
        long[] shape = {SIDE, SIDE};
        try (SessionOptions options = OnnxRuntime.laneOptions();
                OrtSession session = OnnxRuntime.environment().createSession(model, options);
                OnnxTensor tensor = type == OnnxJavaType.FLOAT
                        ? OnnxTensor.createTensor(OnnxRuntime.environment(), numbers.asFloatBuffer(), shape)
                        : OnnxTensor.createTensor(OnnxRuntime.environment(), numbers, shape, type)) {
            long leastNs = Long.MAX_VALUE;
            for (int i = 0; i < ROUNDS; i++) {
                long startNs = clock.nanoTime();
                session.run(Map.of("a", tensor)).close();
                leastNs = Math.min(leastNs, clock.nanoTime() - startNs);
            }
            return 2.0 * SIDE * SIDE * SIDE / (leastNs / 1e9);
        }
    }

    private static byte[] model(String op, int left, int right, int result) {
        return new ProtoWriter()
                .number(1, 8)
                .message(
                        7,
                        graph -> graph.message(
                                        1,
                                        node -> node.text(1, "a")
                                                .text(1, "b")
                                                .text(2, "c")
                                                .text(4, op))
                                .text(2, "speed")
                                .message(
                                        5,
                                        b -> b.number(1, SIDE)
                                                .number(1, SIDE)
                                                .number(2, right)
                                                .text(8, "b")
                                                .bytes(9, new byte[SIDE * SIDE * (right == FLOAT ? Float.BYTES : 1)]))
                                .message(11, a -> matrix(a, "a", left))
                                .message(12, c -> matrix(c, "c", result)))
                .message(8, opset -> opset.number(2, 17))
                .toBytes();
    }

    private static void matrix(ProtoWriter info, String name, int type) {
        info.text(1, name)
                .message(
                        2,
                        types -> types.message(
                                1,
                                tensor -> tensor.number(1, type)
                                        .message(
                                                2,
                                                shape -> shape.message(1, dim -> dim.number(1, SIDE))
                                                        .message(1, dim -> dim.number(1, SIDE)))));
    }
}
