package io.ringsight.core.infer.onnx;

/** Which precision most weights of an ONNX file have, by the types of its tensors and its operations. */
final class WeightPrecision {
    private static final int FLOAT16 = 10;
    private static final int BFLOAT16 = 16;

    private boolean integerOps;
    private long halfNumbers;
    private long brainNumbers;
    private long otherNumbers;

    /** The file has an operation of this name. */
    void operation(String op) {
        integerOps |= op.startsWith("QuantizeLinear") || op.startsWith("QLinear") || op.endsWith("Integer");
    }

    /** The file has a tensor of {@code count} numbers; {@code type} as in TensorProto.DataType. */
    void numbers(long type, long count) {
        if (type == FLOAT16) {
            halfNumbers += count;
        } else if (type == BFLOAT16) {
            brainNumbers += count;
        } else {
            otherNumbers += count;
        }
    }

    /** {@code int8}, {@code bf16}, {@code fp16} or {@code fp32}. */
    String ofMost() {
        if (integerOps) {
            return "int8";
        }
        if (brainNumbers > halfNumbers + otherNumbers) {
            return "bf16";
        }
        return halfNumbers > otherNumbers ? "fp16" : "fp32";
    }
}
