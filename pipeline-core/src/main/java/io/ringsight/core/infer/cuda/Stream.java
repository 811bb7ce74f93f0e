package io.ringsight.core.infer.cuda;

import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;

/**
 * A queue of work for one device; work of different streams overlaps. Does not wait for the default stream.
 *
 * <p>Made on the device the calling thread uses. Whoever made it closes it, after its work is done.
 */
public final class Stream implements AutoCloseable {
    private final CUstream_st pointer = new CUstream_st();
    private boolean closed;

    private Stream() {}

    /** Makes one on the calling thread's device. */
    public static Stream open() {
        Stream stream = new Stream();
        Cuda.check(
                cudart.cudaStreamCreateWithFlags(stream.pointer, cudart.cudaStreamNonBlocking),
                "cudaStreamCreateWithFlags");
        return stream;
    }

    /** For native calls. */
    public CUstream_st pointer() {
        return pointer;
    }

    /** For libraries that are given a stream by its address. */
    public long address() {
        return pointer.address();
    }

    /** Waits until all that was queued is done. */
    public void synchronize() {
        Cuda.check(cudart.cudaStreamSynchronize(pointer), "cudaStreamSynchronize");
    }

    /** What is queued from now on begins after {@code event}'s last record. */
    public void waitFor(CudaEvent event) {
        Cuda.check(cudart.cudaStreamWaitEvent(pointer, event.pointer(), 0), "cudaStreamWaitEvent");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Cuda.check(cudart.cudaStreamDestroy(pointer), "cudaStreamDestroy");
        }
    }
}
