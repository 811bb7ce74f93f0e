package io.ringsight.core.infer.cuda;

import io.ringsight.core.memory.NativeMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;

/**
 * Host memory that stays in place, so that devices copy to and from it on their own while the host goes on. Whoever made
 * it closes it, after the copies are done; its {@link #buffer()} must not be used then.
 */
public final class PinnedBuffer implements AutoCloseable {
    private final BytePointer pointer = new BytePointer();
    private final NativeMemory destination = new NativeMemory();
    private final long bytes;
    private boolean closed;

    private PinnedBuffer(long bytes) {
        this.bytes = bytes;
    }

    /** Takes {@code bytes} of memory that begins on a page; the content is anything. */
    public static PinnedBuffer open(long bytes) {
        PinnedBuffer buffer = new PinnedBuffer(bytes);
        Cuda.check(cudart.cudaHostAlloc(buffer.pointer, bytes, cudart.cudaHostAllocDefault), "cudaHostAlloc");
        buffer.pointer.capacity(bytes);
        return buffer;
    }

    /** For native calls. */
    public BytePointer pointer() {
        return pointer;
    }

    /** Host address. */
    public long address() {
        return pointer.address();
    }

    /** Its size. */
    public long bytes() {
        return bytes;
    }

    /** A new view of all of it, in native order. */
    public ByteBuffer buffer() {
        return pointer.asByteBuffer().order(ByteOrder.nativeOrder());
    }

    /** Queues a copy of the first {@code count} bytes of {@code source} to the start of this. */
    public void copyFrom(DeviceBuffer source, long count, Stream stream) {
        Cuda.check(
                cudart.cudaMemcpyAsync(
                        pointer, source.pointer(), count, cudart.cudaMemcpyDeviceToHost, stream.pointer()),
                "cudaMemcpyAsync");
    }

    /** Queues a copy of the first {@code count} bytes of this to device address {@code target}. */
    public void copyTo(long target, long count, Stream stream) {
        destination.at(target);
        Cuda.check(
                cudart.cudaMemcpyAsync(destination, pointer, count, cudart.cudaMemcpyHostToDevice, stream.pointer()),
                "cudaMemcpyAsync");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Cuda.check(cudart.cudaFreeHost(pointer), "cudaFreeHost");
        }
    }
}
