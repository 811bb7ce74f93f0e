package io.ringsight.core.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What an ONNX file says of itself.
 *
 * @param path the file
 * @param sha256 of its bytes and those of its weights files, lower-case hexadecimal
 * @param precision of its weights: {@code fp32}, {@code fp16}, {@code bf16} or {@code int8}
 * @param inputs tensors it takes
 * @param outputs tensors it gives
 * @param firstStep what it does first with its picture if that shows that it wants 0..255, e.g. {@code Div by 255.0};
 *     empty if nothing does
 * @param metadata its custom metadata; Ultralytics exports have {@code names}, {@code imgsz}, {@code task}, ...
 */
public record ModelFile(
        Path path,
        String sha256,
        String precision,
        List<Tensor> inputs,
        List<Tensor> outputs,
        String firstStep,
        Map<String, String> metadata) {
    public ModelFile {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        metadata = Map.copyOf(metadata);
    }

    /**
     * One tensor of the graph.
     *
     * @param name its name
     * @param type element type in ONNX Runtime's words, e.g. {@code FLOAT}
     * @param shape its dimensions, -1 for one that is free
     */
    public record Tensor(String name, String type, List<Long> shape) {
        public Tensor {
            shape = List.copyOf(shape);
        }

        int rank() {
            return shape.size();
        }

        /** One dimension; the largest int for more. */
        int dim(int index) {
            return (int) Math.max(-1, Math.min(Integer.MAX_VALUE, shape.get(index)));
        }

        String text() {
            return type.toLowerCase(java.util.Locale.ROOT) + shape;
        }
    }
}
