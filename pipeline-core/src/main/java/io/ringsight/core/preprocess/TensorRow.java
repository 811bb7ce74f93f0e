package io.ringsight.core.preprocess;

import io.ringsight.core.model.ModelInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;

/**
 * One picture's part of an input tensor in host memory, and how the picture in it was laid out. Remembers the
 * geometry, so that the padding is written only when it changes. Owned by the thread that loads.
 */
public final class TensorRow {
    private static final int CACHE_LINE = 64;

    final ByteBuffer bytes;
    final FloatBuffer floats;
    final long address;
    private Letterbox letterbox;

    /**
     * A row over {@code bytes} from its position to its limit.
     *
     * @param bytes direct, of at least {@link #bytes(ModelInput)}; kept, so it lives as long as the row
     */
    public TensorRow(ByteBuffer bytes) {
        if (!bytes.isDirect()) {
            throw new IllegalArgumentException("a tensor row needs a direct buffer");
        }
        this.bytes = bytes.slice().order(ByteOrder.nativeOrder());
        this.floats = this.bytes.asFloatBuffer();
        try (BytePointer pointer = new BytePointer(this.bytes)) {
            address = pointer.address();
        }
    }

    /** Bytes of one picture in the tensor. */
    public static int bytes(ModelInput input) {
        return 3 * input.width() * input.height() * elementBytes(input.type());
    }

    /** A direct buffer of native order that begins on a cache line, as vector code likes it. */
    public static ByteBuffer allocate(int bytes) {
        ByteBuffer room = ByteBuffer.allocateDirect(bytes + CACHE_LINE);
        int start = (CACHE_LINE - room.alignmentOffset(0, CACHE_LINE)) % CACHE_LINE;
        return room.slice(start, bytes).order(ByteOrder.nativeOrder());
    }

    static int elementBytes(ModelInput.TensorType type) {
        return switch (type) {
            case FLOAT32 -> Float.BYTES;
            case FLOAT16 -> Short.BYTES;
            case UINT8 -> Byte.BYTES;
        };
    }

    /** How the picture loaded last was laid out; null before the first. */
    public Letterbox letterbox() {
        return letterbox;
    }

    void letterbox(Letterbox letterbox) {
        this.letterbox = letterbox;
    }
}
