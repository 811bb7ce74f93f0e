package io.ringsight.core.infer.cuda;

import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;

/** Memory of a device; the host cannot read it. Whoever made it closes it, after the work that uses it is done. */
public final class DeviceBuffer implements AutoCloseable {
    private final Pointer pointer = new Pointer();
    private final long bytes;
    private boolean closed;

    private DeviceBuffer(long bytes) {
        this.bytes = bytes;
    }

    /** Takes {@code bytes} of the calling thread's device; the content is anything. */
    public static DeviceBuffer open(long bytes) {
        DeviceBuffer buffer = new DeviceBuffer(bytes);
        Cuda.check(cudart.cudaMalloc(buffer.pointer, bytes), "cudaMalloc");
        return buffer;
    }

    /** For native calls. */
    public Pointer pointer() {
        return pointer;
    }

    /** Device address; the start is aligned to 256 bytes. */
    public long address() {
        return pointer.address();
    }

    /** Its size. */
    public long bytes() {
        return bytes;
    }

    /** Queues a copy of the first {@code count} bytes of {@code source} to the start of this. */
    public void copyFrom(PinnedBuffer source, long count, Stream stream) {
        Cuda.check(
                cudart.cudaMemcpyAsync(
                        pointer, source.pointer(), count, cudart.cudaMemcpyHostToDevice, stream.pointer()),
                "cudaMemcpyAsync");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Cuda.check(cudart.cudaFree(pointer), "cudaFree");
        }
    }
}
