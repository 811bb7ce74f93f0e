package io.ringsight.core.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What an ONNX file says of itself.
 *
 * @param path the file
 * @param sha256 of its bytes, lower-case hexadecimal
 * @param precision of its weights: {@code fp32}, {@code fp16} or {@code int8}
 * @param inputs tensors it takes
 * @param outputs tensors it gives
 * @param metadata its custom metadata; Ultralytics exports have {@code names}, {@code imgsz}, {@code task}, ...
 */
public record ModelFile(
        Path path,
        String sha256,
        String precision,
        List<Tensor> inputs,
        List<Tensor> outputs,
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

        int dim(int index) {
            return Math.toIntExact(shape.get(index));
        }

        String text() {
            return type.toLowerCase(java.util.Locale.ROOT) + shape;
        }
    }
}
