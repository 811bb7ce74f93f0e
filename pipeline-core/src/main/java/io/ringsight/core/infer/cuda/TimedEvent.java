package io.ringsight.core.infer.cuda;

import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.global.cudart;

/** A point in a stream whose time is taken by the device. For measuring; waiting is {@link CudaEvent}'s. */
public final class TimedEvent implements AutoCloseable {
    private final CUevent_st pointer = new CUevent_st();
    private final float[] milliseconds = new float[1];
    private boolean closed;

    private TimedEvent() {}

    /** Makes one on the calling thread's device. */
    public static TimedEvent open() {
        TimedEvent event = new TimedEvent();
        Cuda.check(
                cudart.cudaEventCreateWithFlags(event.pointer, cudart.cudaEventBlockingSync),
                "cudaEventCreateWithFlags");
        return event;
    }

    /** Takes the time when {@code stream} is through with all it holds now. */
    public void record(Stream stream) {
        Cuda.check(cudart.cudaEventRecord(pointer, stream.pointer()), "cudaEventRecord");
    }

    /** Milliseconds from {@code earlier} to this; both must have been recorded and reached. */
    public double msSince(TimedEvent earlier) {
        Cuda.check(cudart.cudaEventElapsedTime(milliseconds, earlier.pointer, pointer), "cudaEventElapsedTime");
        return milliseconds[0];
    }

    /** Waits until the stream has reached the last record. */
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
