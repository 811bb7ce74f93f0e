package io.ringsight.core.infer.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Reads the fields of one protobuf message: {@link #next()} goes to the next one, whose value is then read by the method
 * of its type or left alone. Owned by one thread; nothing is copied but texts.
 */
final class ProtoReader {
    private static final int MAX_FIELD = 1_000;
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final ByteBuffer in;
    private int field;
    private int type;
    private boolean unread;

    /** Reads {@code bytes} from its position to its limit. */
    ProtoReader(ByteBuffer bytes) {
        in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The message ends within a field: the rest of it is missing. */
    static final class Truncated extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** This is no protobuf message. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Goes to the next field, past the value of this one if nobody read it; false at the message's end. */
    boolean next() {
        if (unread) {
            skip();
        }
        if (!in.hasRemaining()) {
            return false;
        }
        long tag = varint();
        if (tag >>> 3 == 0 || tag >>> 3 > MAX_FIELD) {
            throw new Malformed();
        }
        field = (int) (tag >>> 3);
        type = (int) (tag & 7);
        unread = true;
        return true;
    }

    /** Number of the field. */
    int field() {
        return field;
    }

    /** Whether this is field {@code number} with a whole number in it. */
    boolean isNumber(int number) {
        return field == number && type == VARINT;
    }

    /** Whether this is field {@code number} with a text, bytes or a message in it. */
    boolean isBytes(int number) {
        return field == number && type == BYTES;
    }

    /** The whole number. */
    long number() {
        unread = false;
        return varint();
    }

    /** The bytes, as a view. */
    ByteBuffer bytes() {
        unread = false;
        long length = varint();
        int start = in.position();
        advance(length);
        return in.duplicate().position(start).limit(start + (int) length);
    }

    String text() {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    /** The message in this field. */
    ProtoReader message() {
        return new ProtoReader(bytes());
    }

    private void skip() {
        unread = false;
        switch (type) {
            case VARINT -> varint();
            case FIXED64 -> advance(Long.BYTES);
            case BYTES -> bytes();
            case FIXED32 -> advance(Integer.BYTES);
            default -> throw new Malformed();
        }
    }

    private void advance(long count) {
        if (count < 0) {
            throw new Malformed();
        }
        if (count > in.remaining()) {
            throw new Truncated();
        }
        in.position(in.position() + (int) count);
    }

    private long varint() {
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

    /** All whole numbers of a repeated field, packed into one or not. */
    void numbers(List<Long> into) {
        if (type == VARINT) {
            into.add(number());
            return;
        }
        ProtoReader packed = message();
        while (packed.in.hasRemaining()) {
            into.add(packed.varint());
        }
    }
}
