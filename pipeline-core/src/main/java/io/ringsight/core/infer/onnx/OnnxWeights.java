package io.ringsight.core.infer.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The weights of an ONNX file: the precision of most, by its tensors and operations, and the files they are in. */
final class OnnxWeights {
    private static final int FLOAT16 = 10;
    private static final int BFLOAT16 = 16;

    private final Set<String> locations = new TreeSet<>();
    private boolean integerOps;
    private long halfNumbers;
    private long brainNumbers;
    private long otherNumbers;

    /** The file has an operation of this name. */
    void operation(String op) {
        integerOps |= op.startsWith("QuantizeLinear") || op.startsWith("QLinear") || op.endsWith("Integer");
    }

    /** The file has a SparseTensorProto. */
    void sparse(ProtoReader sparse) {
        while (sparse.next()) {
            if (sparse.isBytes(1) || sparse.isBytes(2)) {
                tensor(sparse.message());
            }
        }
    }

    /** The file has a TensorProto. */
    void tensor(ProtoReader tensor) {
        long type = 0;
        List<Long> shape = new ArrayList<>();
        while (tensor.next()) {
            if (tensor.field() == 1) {
                tensor.numbers(shape);
            } else if (tensor.isNumber(2)) {
                type = tensor.number();
            } else if (tensor.isBytes(13)) {
                external(tensor.message());
            }
        }
        long numbers = shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
        numbers(type, numbers);
    }

    private void external(ProtoReader entry) {
        String key = "";
        String value = "";
        while (entry.next()) {
            if (entry.isBytes(1)) {
                key = entry.text();
            } else if (entry.isBytes(2)) {
                value = entry.text();
            }
        }
        if (key.equals("location")) {
            locations.add(value);
        }
    }

    /** {@code type} as in TensorProto.DataType. */
    private void numbers(long type, long count) {
        if (type == FLOAT16) {
            halfNumbers += count;
        } else if (type == BFLOAT16) {
            brainNumbers += count;
        } else {
            otherNumbers += count;
        }
    }

    /** {@code int8}, {@code bf16}, {@code fp16} or {@code fp32}. */
    String precision() {
        if (integerOps) {
            return "int8";
        }
        if (brainNumbers > halfNumbers + otherNumbers) {
            return "bf16";
        }
        return halfNumbers > otherNumbers ? "fp16" : "fp32";
    }

    /** Names of the files that hold weights, as the model writes them, sorted. */
    Set<String> locations() {
        return locations;
    }
}
