package io.ringsight.core.infer.onnx;

import java.nio.ByteBuffer;
import java.util.Set;
import java.util.TreeSet;

/**
 * Walks the protobuf records of an ONNX file (onnx.proto3: ModelProto, GraphProto, NodeProto, TensorProto) just far
 * enough to tell a whole file from a truncated one and from something else, and what ONNX Runtime does not tell: the
 * precision of the weights, the files they are in, and what the file asks of the runtime.
 */
final class OnnxScan {
    /** What a file turned out to be. */
    enum Wholeness {
        WHOLE,
        TRUNCATED,
        NOT_ONNX
    }

    private static final int MAX_IR_VERSION = 1_000;
    private static final int MAX_DEPTH = 16;
    private static final Set<String> KNOWN_DOMAINS = Set.of("", "ai.onnx", "ai.onnx.ml", "com.microsoft");

    private final ByteBuffer bytes;
    private final Set<String> customOps = new TreeSet<>();
    private final OnnxWeights weights = new OnnxWeights();
    private boolean graphSeen;
    private boolean versionSeen;
    private long irVersion;
    private long opset;

    private OnnxScan(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    static OnnxScan of(byte[] file) {
        return of(ByteBuffer.wrap(file));
    }

    static OnnxScan of(ByteBuffer file) {
        return new OnnxScan(file);
    }

    /** Walks the file; the other answers are known after it. */
    Wholeness walk() {
        try {
            model(new ProtoReader(bytes));
        } catch (ProtoReader.Truncated expected) {
            return versionSeen ? Wholeness.TRUNCATED : Wholeness.NOT_ONNX;
        } catch (ProtoReader.Malformed expected) {
            return Wholeness.NOT_ONNX;
        }
        return versionSeen && graphSeen ? Wholeness.WHOLE : versionSeen ? Wholeness.TRUNCATED : Wholeness.NOT_ONNX;
    }

    /** Precision of most weights. */
    String precision() {
        return weights.precision();
    }

    /** Names of the files that hold weights, as the model writes them, sorted. */
    Set<String> locations() {
        return weights.locations();
    }

    /** Operations of other domains than the runtime's, sorted: plugins. */
    Set<String> customOps() {
        return customOps;
    }

    long irVersion() {
        return irVersion;
    }

    /** Version of the standard operators. */
    long opset() {
        return opset;
    }

    private void model(ProtoReader model) {
        while (model.next()) {
            if (model.isNumber(1)) {
                irVersion = model.number();
                versionSeen = irVersion <= MAX_IR_VERSION;
            } else if (model.isBytes(7)) {
                graphSeen = true;
                graph(model.message(), 0);
            } else if (model.isBytes(8)) {
                opset(model.message());
            } else if (model.isBytes(25)) {
                function(model.message());
            }
        }
    }

    private void opset(ProtoReader entry) {
        String domain = "";
        long version = 0;
        while (entry.next()) {
            if (entry.isBytes(1)) {
                domain = entry.text();
            } else if (entry.isNumber(2)) {
                version = entry.number();
            }
        }
        opset = domain.isEmpty() || domain.equals("ai.onnx") ? version : opset;
    }

    private void function(ProtoReader function) {
        while (function.next()) {
            if (function.isBytes(7)) {
                node(function.message(), 0);
            }
        }
    }

    private void graph(ProtoReader graph, int depth) {
        while (graph.next()) {
            if (graph.isBytes(1)) {
                node(graph.message(), depth);
            } else if (graph.isBytes(5)) {
                weights.tensor(graph.message());
            } else if (graph.isBytes(15)) {
                weights.sparse(graph.message());
            }
        }
    }

    private void node(ProtoReader node, int depth) {
        String op = "";
        String domain = "";
        while (node.next()) {
            if (node.isBytes(4)) {
                op = node.text();
                weights.operation(op);
            } else if (node.isBytes(5)) {
                attribute(node.message(), depth);
            } else if (node.isBytes(7)) {
                domain = node.text();
            }
        }
        if (!KNOWN_DOMAINS.contains(domain) || op.endsWith("_TRT")) {
            customOps.add(op);
        }
    }

    private void attribute(ProtoReader attribute, int depth) {
        while (attribute.next()) {
            if (attribute.isBytes(5) || attribute.isBytes(10)) {
                weights.tensor(attribute.message());
            } else if ((attribute.isBytes(6) || attribute.isBytes(11)) && depth < MAX_DEPTH) {
                graph(attribute.message(), depth + 1);
            } else if (attribute.isBytes(22) || attribute.isBytes(23)) {
                weights.sparse(attribute.message());
            }
        }
    }
}
