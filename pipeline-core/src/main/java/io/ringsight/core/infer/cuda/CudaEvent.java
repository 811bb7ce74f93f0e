package io.ringsight.core.infer.cuda;

import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.global.cudart;

/** A point in a stream that can be waited for, by sleeping. Measures no time. */
public final class CudaEvent implements AutoCloseable {
    private final CUevent_st pointer = new CUevent_st();
    private boolean closed;

    private CudaEvent() {}

    /** Makes one on the calling thread's device. */
    public static CudaEvent open() {
        CudaEvent event = new CudaEvent();
        Cuda.check(
                cudart.cudaEventCreateWithFlags(
                        event.pointer, cudart.cudaEventBlockingSync | cudart.cudaEventDisableTiming),
                "cudaEventCreateWithFlags");
        return event;
    }

    /** For native calls. */
    public CUevent_st pointer() {
        return pointer;
    }

    /** Marks the end of all that {@code stream} holds now. */
    public void record(Stream stream) {
        Cuda.check(cudart.cudaEventRecord(pointer, stream.pointer()), "cudaEventRecord");
    }

    /** Waits until the stream has reached the last record; returns at once if there was none. Not interruptible. */
    public void synchronize() {
        Cuda.check(cudart.cudaEventSynchronize(pointer), "cudaEventSynchronize");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Cuda.check(cudart.cudaEventDestroy(pointer), "cudaEventDestroy");
        }
    }
}
