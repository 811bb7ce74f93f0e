package io.ringsight.app.tools.inspect;

import io.ringsight.core.infer.onnx.Likeness;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One operation of a network as it runs on this machine, and the operations of the file it stands for.
 *
 * @param name name in the file of the operation that computes most, or the runtime's where the file has none
 * @param op type of what ran
 * @param merged types of the file's operations that are done in it, in their order; empty for what the runtime added
 * @param stored element type of its weights in the file; empty if it has none
 * @param precision what it computed in: {@code fp32}, {@code fp16}, {@code int8}, ...
 * @param shape of its first output, as the file has it
 * @param work what it does and what that takes
 * @param likeness to the same tensor of a reference, if there is one
 */
record Layer(
        String name,
        String op,
        List<String> merged,
        String stored,
        String precision,
        List<Long> shape,
        Work work,
        Optional<Likeness> likeness) {
    /**
     * What a layer does and what that takes.
     *
     * @param parameters weights of it
     * @param operations arithmetic operations of one picture
     * @param bytes it reads and writes in a run
     * @param estimatedUs the least it could take a picture: arithmetic or memory at the machine's best, whichever takes
     *     longer
     * @param measuredUs what it took a picture in its fastest run
     */
    record Work(long parameters, long operations, long bytes, double estimatedUs, double measuredUs) {}

    /** What it computed in, and what its weights are stored in where that differs. */
    String precisionText() {
        return stored.isEmpty() || stored.equals(precision) ? precision : stored + " as " + precision;
    }

    /** What is done, in the file's words. */
    String opText() {
        return merged.isEmpty() ? op : String.join(" + ", merged);
    }

    String shapeText() {
        return String.join("x", shape.stream().map(String::valueOf).toList());
    }

    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", name);
        fields.put("op", op);
        fields.put("merged", merged);
        fields.put("precision", precision);
        fields.put("stored", stored.isEmpty() ? null : stored);
        fields.put("shape", shape);
        fields.put("parameters", work.parameters);
        fields.put("flops", work.operations);
        fields.put("bytes", work.bytes);
        fields.put("estimatedUs", work.estimatedUs);
        fields.put("measuredUs", work.measuredUs);
        fields.put("cosine", likeness.map(Likeness::cosine).orElse(null));
        fields.put("relativeError", likeness.map(Likeness::relativeError).orElse(null));
        return fields;
    }
}
