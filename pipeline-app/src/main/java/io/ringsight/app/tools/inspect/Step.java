package io.ringsight.app.tools.inspect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One operation of a network as it ran, by ONNX Runtime's own profile.
 *
 * @param index the runtime's number of it
 * @param name its name
 * @param op its type
 * @param inputs what it took, weights too
 * @param outputs what it gave
 * @param runsUs how long it took in each run, microseconds
 */
record Step(int index, String name, String op, List<Tensor> inputs, List<Tensor> outputs, List<Long> runsUs) {
    private static final String KERNEL = "_kernel_time";
    private static final Map<String, Integer> BYTES = Map.of(
            "float",
            4,
            "float16",
            2,
            "bfloat16",
            2,
            "double",
            8,
            "int64",
            8,
            "uint64",
            8,
            "int32",
            4,
            "uint32",
            4,
            "int16",
            2,
            "uint16",
            2);

    /**
     * One tensor.
     *
     * @param type element type in the runtime's words, e.g. {@code float}
     * @param shape its dimensions
     */
    record Tensor(String type, List<Long> shape) {
        long elements() {
            return shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
        }

        long bytes() {
            return elements() * BYTES.getOrDefault(type, 1);
        }
    }

    /** The fastest run after the first {@code warmUp}: what it takes when nothing else disturbs it. */
    double fastestUs(int warmUp) {
        return runsUs.stream()
                .skip(Math.min(warmUp, runsUs.size() - 1))
                .mapToLong(Long::longValue)
                .min()
                .orElse(0);
    }

    /** Bytes it reads and writes. */
    long bytes() {
        return inputs.stream().mapToLong(Tensor::bytes).sum()
                + outputs.stream().mapToLong(Tensor::bytes).sum();
    }

    /** The steps of a profile in the order they ran in. */
    static List<Step> read(Path log) throws IOException {
        Map<Integer, Step> steps = new LinkedHashMap<>();
        try (JsonParser json = new JsonFactory().createParser(log.toFile())) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.START_OBJECT) {
                    new Event(json).addTo(steps);
                }
            }
        }
        return List.copyOf(steps.values());
    }

    /** One object of the log. */
    private static final class Event {
        private final List<Tensor> inputs = new ArrayList<>();
        private final List<Tensor> outputs = new ArrayList<>();
        private String name = "";
        private String op = "";
        private long durationUs;
        private int index = -1;

        Event(JsonParser json) throws IOException {
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "name" -> name = json.getText();
                    case "dur" -> durationUs = json.getLongValue();
                    case "args" -> arguments(json);
                    default -> json.skipChildren();
                }
            }
        }

        private void arguments(JsonParser json) throws IOException {
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "op_name" -> op = json.getText();
                    case "node_index" -> index = Integer.parseInt(json.getText());
                    case "input_type_shape" -> tensors(json, inputs);
                    case "output_type_shape" -> tensors(json, outputs);
                    default -> json.skipChildren();
                }
            }
        }

        /** {@code [{"float": [1, 3, 640, 640]}, ...]}. */
        private static void tensors(JsonParser json, List<Tensor> into) throws IOException {
            while (json.nextToken() != JsonToken.END_ARRAY) {
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    String type = json.currentName();
                    List<Long> shape = new ArrayList<>();
                    json.nextToken();
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        shape.add(json.getLongValue());
                    }
                    into.add(new Tensor(type, List.copyOf(shape)));
                }
            }
        }

        void addTo(Map<Integer, Step> steps) {
            if (index >= 0 && name.endsWith(KERNEL)) {
                String plain = name.substring(0, name.length() - KERNEL.length());
                steps.computeIfAbsent(index, i -> new Step(i, plain, op, inputs, outputs, new ArrayList<>()))
                        .runsUs()
                        .add(durationUs);
            }
        }
    }
}
