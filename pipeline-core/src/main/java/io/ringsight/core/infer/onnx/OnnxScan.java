package io.ringsight.core.infer.onnx;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

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
    private static final int HIGHEST_FIELD = 1_000;

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
            model(bytes.duplicate());
        } catch (Truncated expected) {
            return versionSeen ? Verdict.TRUNCATED : Verdict.NOT_ONNX;
        } catch (Malformed expected) {
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

    private void model(ByteBuffer in) {
        while (in.hasRemaining()) {
            long tag = varint(in);
            if (tag == IR_VERSION << 3) {
                versionSeen = varint(in) <= HIGHEST_IR_VERSION;
            } else if (tag == (GRAPH << 3 | 2)) {
                graphSeen = true;
                graph(section(in));
            } else {
                skip(in, tag);
            }
        }
    }

    private void graph(ByteBuffer in) {
        while (in.hasRemaining()) {
            long tag = varint(in);
            if (tag == (NODE << 3 | 2)) {
                node(section(in));
            } else if (tag == (INITIALIZER << 3 | 2)) {
                initializer(section(in));
            } else {
                skip(in, tag);
            }
        }
    }

    private void node(ByteBuffer in) {
        while (in.hasRemaining()) {
            long tag = varint(in);
            if (tag == (OP_TYPE << 3 | 2)) {
                String op = StandardCharsets.UTF_8.decode(section(in)).toString();
                integerOps |= op.startsWith("QuantizeLinear") || op.startsWith("QLinear") || op.endsWith("Integer");
            } else {
                skip(in, tag);
            }
        }
    }

    private void initializer(ByteBuffer in) {
        boolean half = false;
        int size = in.remaining();
        while (in.hasRemaining()) {
            long tag = varint(in);
            if (tag == DATA_TYPE << 3) {
                half = varint(in) == TYPE_FLOAT16;
            } else {
                skip(in, tag);
            }
        }
        halfBytes += half ? size : 0;
        otherBytes += half ? 0 : size;
    }

    private static void skip(ByteBuffer in, long tag) {
        if (tag >>> 3 == 0 || tag >>> 3 > HIGHEST_FIELD) {
            throw new Malformed();
        }
        switch ((int) (tag & 7)) {
            case 0 -> varint(in);
            case 1 -> advance(in, Long.BYTES);
            case 2 -> section(in);
            case 5 -> advance(in, Integer.BYTES);
            default -> throw new Malformed();
        }
    }

    private static ByteBuffer section(ByteBuffer in) {
        long length = varint(in);
        int start = in.position();
        advance(in, length);
        return in.duplicate().position(start).limit(start + (int) length);
    }

    private static void advance(ByteBuffer in, long count) {
        if (count < 0) {
            throw new Malformed();
        }
        if (count > in.remaining()) {
            throw new Truncated();
        }
        in.position(in.position() + (int) count);
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (!in.hasRemaining()) {
                throw new Truncated();
            }
            byte b = in.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new Malformed();
    }

    private static final class Truncated extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
