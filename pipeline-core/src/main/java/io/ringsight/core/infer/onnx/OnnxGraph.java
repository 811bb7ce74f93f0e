package io.ringsight.core.infer.onnx;

import io.ringsight.core.model.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The network an ONNX file holds, as far as people want to know it. Subgraphs of control flow are not looked into.
 *
 * @param producer what wrote the file
 * @param opsets version of each operator set, by domain; {@code ai.onnx} is the standard's
 * @param inputs names of the tensors it takes, without weights
 * @param outputs names of the tensors it gives
 * @param nodes operations in the file's order, without {@code Constant}
 * @param weights constant tensors by name, those of {@code Constant} nodes too
 */
public record OnnxGraph(
        String producer,
        Map<String, Long> opsets,
        List<String> inputs,
        List<String> outputs,
        List<Node> nodes,
        Map<String, Weights> weights) {
    private static final String STANDARD = "ai.onnx";
    private static final String[] TYPES = {
        "undefined",
        "float32",
        "uint8",
        "int8",
        "uint16",
        "int16",
        "int32",
        "int64",
        "string",
        "bool",
        "float16",
        "float64",
        "uint32",
        "uint64",
        "complex64",
        "complex128",
        "bfloat16"
    };
    private static final int FLOAT = 1;
    /** Of a constant whose {@link Weights#magnitude()} is of interest. */
    private static final int MAX_NUMBERS = 64;

    private static final int[] BYTES = {0, 4, 1, 1, 2, 2, 4, 8, 0, 1, 2, 8, 4, 8, 8, 16, 2};

    /**
     * One operation.
     *
     * @param name its name, empty if it has none
     * @param op its type, e.g. {@code Conv}
     * @param inputs names of what it takes; empty for one left out
     * @param outputs names of what it gives
     */
    public record Node(String name, String op, List<String> inputs, List<String> outputs) {}

    /**
     * One constant tensor.
     *
     * @param name its name
     * @param type element type, e.g. {@code float32}
     * @param shape its dimensions; none for a single number
     * @param bytes its size
     * @param magnitude the largest of its numbers without their signs, where the file holds a few of float32; else NaN
     */
    public record Weights(String name, String type, List<Long> shape, long bytes, float magnitude) {
        /** How many numbers it holds. */
        public long elements() {
            return shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
        }

        private Weights ofBytes(long size) {
            return new Weights(name, type, shape, size, magnitude);
        }

        private Weights named(String other) {
            return new Weights(other, type, shape, bytes, magnitude);
        }
    }

    /**
     * Reads a file.
     *
     * @throws ModelException if it cannot be read or is no whole ONNX file
     */
    public static OnnxGraph read(Path file) throws ModelException {
        try {
            return of(ByteBuffer.wrap(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
        } catch (ProtoReader.Truncated | ProtoReader.Malformed e) {
            throw new ModelException(file + ": this is not a whole ONNX file", e);
        }
    }

    /** The network in the bytes of a whole file. */
    static OnnxGraph of(ByteBuffer file) {
        return new Reader().model(new ProtoReader(file));
    }

    /** Collects what the messages of onnx.proto3 hold; its numbers of fields stand here and nowhere else. */
    private static final class Reader {
        private String producer = "";
        private final Map<String, Long> opsets = new TreeMap<>();
        private final List<String> inputs = new ArrayList<>();
        private final List<String> outputs = new ArrayList<>();
        private final List<Node> nodes = new ArrayList<>();
        private final Map<String, Weights> weights = new LinkedHashMap<>();

        OnnxGraph model(ProtoReader model) {
            while (model.next()) {
                if (model.isBytes(2)) {
                    producer = model.text();
                } else if (model.isBytes(7)) {
                    graph(model.message());
                } else if (model.isBytes(8)) {
                    opset(model.message());
                }
            }
            inputs.removeAll(weights.keySet());
            return new OnnxGraph(producer, opsets, inputs, outputs, nodes, weights);
        }

        private void opset(ProtoReader opset) {
            String domain = "";
            long version = 0;
            while (opset.next()) {
                if (opset.isBytes(1)) {
                    domain = opset.text();
                } else if (opset.isNumber(2)) {
                    version = opset.number();
                }
            }
            opsets.put(domain.isEmpty() ? STANDARD : domain, version);
        }

        private void graph(ProtoReader graph) {
            while (graph.next()) {
                if (graph.isBytes(1)) {
                    node(graph.message());
                } else if (graph.isBytes(5)) {
                    Weights tensor = tensor(graph.message());
                    weights.put(tensor.name(), tensor);
                } else if (graph.isBytes(11)) {
                    inputs.add(text(graph.message(), 1));
                } else if (graph.isBytes(12)) {
                    outputs.add(text(graph.message(), 1));
                }
            }
        }

        private void node(ProtoReader node) {
            List<String> in = new ArrayList<>();
            List<String> out = new ArrayList<>();
            String name = "";
            String op = "";
            Optional<Weights> constant = Optional.empty();
            while (node.next()) {
                if (node.isBytes(1)) {
                    in.add(node.text());
                } else if (node.isBytes(2)) {
                    out.add(node.text());
                } else if (node.isBytes(3)) {
                    name = node.text();
                } else if (node.isBytes(4)) {
                    op = node.text();
                } else if (node.isBytes(5)) {
                    Optional<Weights> tensor = tensorOf(node.message());
                    constant = tensor.isPresent() ? tensor : constant;
                }
            }
            if (op.equals("Constant") && out.size() == 1) {
                Weights value = constant.orElse(new Weights("", TYPES[0], List.of(), 0, Float.NaN));
                weights.put(out.get(0), value.named(out.get(0)));
            } else {
                nodes.add(new Node(name, op, List.copyOf(in), List.copyOf(out)));
            }
        }

        /** The tensor of an attribute, if it has one. */
        private static Optional<Weights> tensorOf(ProtoReader attribute) {
            while (attribute.next()) {
                if (attribute.isBytes(5)) {
                    return Optional.of(tensor(attribute.message()));
                }
            }
            return Optional.empty();
        }

        private static Weights tensor(ProtoReader tensor) {
            List<Long> shape = new ArrayList<>();
            String name = "";
            int type = 0;
            ByteBuffer numbers = ByteBuffer.allocate(0);
            while (tensor.next()) {
                if (tensor.field() == 1) {
                    tensor.numbers(shape);
                } else if (tensor.isNumber(2)) {
                    type = (int) tensor.number();
                } else if (tensor.isBytes(4) || tensor.isBytes(9)) {
                    numbers = tensor.bytes();
                } else if (tensor.isBytes(8)) {
                    name = tensor.text();
                }
            }
            boolean known = type > 0 && type < TYPES.length;
            Weights counted = new Weights(
                    name,
                    known ? TYPES[type] : "type " + type,
                    List.copyOf(shape),
                    0,
                    type == FLOAT ? magnitude(numbers) : Float.NaN);
            return counted.ofBytes(known ? counted.elements() * BYTES[type] : 0);
        }

        private static float magnitude(ByteBuffer numbers) {
            ByteBuffer floats = numbers.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            boolean few = floats.remaining() >= Float.BYTES && floats.remaining() <= MAX_NUMBERS * Float.BYTES;
            float largest = few ? 0 : Float.NaN;
            while (few && floats.remaining() >= Float.BYTES) {
                largest = Math.max(largest, Math.abs(floats.getFloat()));
            }
            return largest;
        }

        private static String text(ProtoReader message, int field) {
            String text = "";
            while (message.next()) {
                if (message.isBytes(field)) {
                    text = message.text();
                }
            }
            return text;
        }
    }
}
