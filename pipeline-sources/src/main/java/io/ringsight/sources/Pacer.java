package io.ringsight.sources;

import io.ringsight.core.time.Clock;
import java.util.concurrent.locks.LockSupport;

/** Lets a recording's frames through as fast as they come, or when they are due by their own time line. */
final class Pacer {
    private static final long LONGEST_NAP_NS = 50_000_000L;

    private final Clock clock;
    private final boolean realtime;
    private long originNs = Long.MIN_VALUE;

    Pacer(Clock clock, boolean realtime) {
        this.clock = clock;
        this.realtime = realtime;
    }

    /** Waits until the frame is due; false if stopped before. */
    boolean await(long ptsNs, Deadline deadline) throws InterruptedException {
        if (!realtime) {
            return !deadline.isStopped();
        }
        if (originNs == Long.MIN_VALUE) {
            originNs = clock.nanoTime() - ptsNs;
        }
        long leftNs = originNs + ptsNs - clock.nanoTime();
        while (leftNs > 0 && !deadline.isStopped()) {
            LockSupport.parkNanos(Math.min(leftNs, LONGEST_NAP_NS));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            leftNs = originNs + ptsNs - clock.nanoTime();
        }
        return !deadline.isStopped();
    }
}
