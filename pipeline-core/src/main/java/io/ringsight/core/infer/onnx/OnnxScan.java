package io.ringsight.core.infer.onnx;

import java.nio.ByteBuffer;

/**
 * Walks the protobuf records of an ONNX file (onnx.proto3: ModelProto, GraphProto, NodeProto, TensorProto) just far
 * enough to tell a whole file from a truncated one and from something else, and the precision of its weights. ONNX
 * Runtime answers both mistakes with the same words and does not tell the precision.
 */
final class OnnxScan {
    /** What a file turned out to be. */
    enum Verdict {
        WHOLE,
        TRUNCATED,
        NOT_ONNX
    }

    private static final int IR_VERSION = 1;
    private static final int HIGHEST_IR_VERSION = 1_000;
    private static final int GRAPH = 7;
    private static final int NODE = 1;
    private static final int OP_TYPE = 4;
    private static final int INITIALIZER = 5;
    private static final int DATA_TYPE = 2;
    private static final int TYPE_FLOAT16 = 10;

    private final ByteBuffer bytes;
    private boolean graphSeen;
    private boolean versionSeen;
    private boolean integerOps;
    private long halfBytes;
    private long otherBytes;

    private OnnxScan(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    static OnnxScan of(byte[] file) {
        return new OnnxScan(ByteBuffer.wrap(file));
    }

    Verdict verdict() {
        try {
            model(new ProtoReader(bytes));
        } catch (ProtoReader.Truncated expected) {
            return versionSeen ? Verdict.TRUNCATED : Verdict.NOT_ONNX;
        } catch (ProtoReader.Malformed expected) {
            return Verdict.NOT_ONNX;
        }
        return versionSeen && graphSeen ? Verdict.WHOLE : versionSeen ? Verdict.TRUNCATED : Verdict.NOT_ONNX;
    }

    /** Precision of the weights, known after {@link #verdict()}. */
    String precision() {
        if (integerOps) {
            return "int8";
        }
        return halfBytes > otherBytes ? "fp16" : "fp32";
    }

    private void model(ProtoReader model) {
        while (model.next()) {
            if (model.isNumber(IR_VERSION)) {
                versionSeen = model.number() <= HIGHEST_IR_VERSION;
            } else if (model.isBytes(GRAPH)) {
                graphSeen = true;
                graph(model.message());
            }
        }
    }

    private void graph(ProtoReader graph) {
        while (graph.next()) {
            if (graph.isBytes(NODE)) {
                node(graph.message());
            } else if (graph.isBytes(INITIALIZER)) {
                initializer(graph.bytes());
            }
        }
    }

    private void node(ProtoReader node) {
        while (node.next()) {
            if (node.isBytes(OP_TYPE)) {
                String op = node.text();
                integerOps |= op.startsWith("QuantizeLinear") || op.startsWith("QLinear") || op.endsWith("Integer");
            }
        }
    }

    private void initializer(ByteBuffer bytes) {
        boolean half = false;
        ProtoReader tensor = new ProtoReader(bytes);
        while (tensor.next()) {
            if (tensor.isNumber(DATA_TYPE)) {
                half = tensor.number() == TYPE_FLOAT16;
            }
        }
        halfBytes += half ? bytes.remaining() : 0;
        otherBytes += half ? 0 : bytes.remaining();
    }
}
