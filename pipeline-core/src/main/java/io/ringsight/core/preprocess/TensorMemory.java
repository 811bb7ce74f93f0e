package io.ringsight.core.preprocess;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;

/**
 * Native memory of a tensor, all zero, freed by {@link #close()}: a model that is replaced leaves nothing for the garbage
 * collector, which comes seldom where nothing is allocated. It begins on a cache line, as vector code likes it.
 */
public final class TensorMemory implements AutoCloseable {
    private static final int CACHE_LINE = 64;

    private final BytePointer memory;
    private final ByteBuffer bytes;

    public TensorMemory(int size) {
        memory = new BytePointer((long) size + CACHE_LINE);
        memory.zero();
        int start = (int) (-memory.address() & (CACHE_LINE - 1));
        bytes = memory.asByteBuffer().slice(start, size).order(ByteOrder.nativeOrder());
    }

    /** All of it, native order; not to be touched once this is closed. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Closing twice is allowed. */
    @Override
    public void close() {
        memory.deallocate();
    }
}
