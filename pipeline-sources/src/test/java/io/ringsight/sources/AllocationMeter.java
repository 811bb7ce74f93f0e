package io.ringsight.sources;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What the calling thread allocates per window of frames. What the JIT compiler allocates once (a deoptimised method
 * makes the objects it had left out) falls into one window; what a frame allocates falls into each.
 */
public final class AllocationMeter {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final int first;
    private final int window;
    private final long[] bytes;

    /** Measures {@code windows} windows of {@code window} frames, after the first {@code warmUp} frames. */
    public AllocationMeter(int warmUp, int window, int windows) {
        this.first = warmUp;
        this.window = window;
        this.bytes = new long[windows + 1];
    }

    /** Frame {@code number}, counted from 1, has come; to be called for each by one thread. */
    public void frame(int number) {
        int passed = number - first;
        if (passed >= 0 && passed % window == 0 && passed / window < bytes.length) {
            bytes[passed / window] = threads.getCurrentThreadAllocatedBytes();
        }
    }

    /** Number of the frame that ends the last window. */
    public int last() {
        return first + window * (bytes.length - 1);
    }

    /** Bytes of the window with the fewest. */
    public long fewestBytes() {
        return IntStream.range(1, bytes.length)
                .mapToLong(i -> bytes[i] - bytes[i - 1])
                .min()
                .orElseThrow();
    }

    @Override
    public String toString() {
        return "bytes allocated before each window: " + Arrays.toString(bytes);
    }
}
