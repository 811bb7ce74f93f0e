package io.ringsight.app.daemon;

import io.ringsight.core.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * One time limit for the whole of a shutdown, whatever the number of parts: each part may take until its share of the
 * whole has passed, so what an earlier one leaves is there for those after it. One thread.
 */
final class StopDeadline {
    /** No part is asked to end in no time at all. */
    private static final long MIN_MS = 50;

    private final Clock clock;
    private final long totalMs;
    private long beganNs;

    StopDeadline(long totalMs, Clock clock) {
        this.clock = clock;
        this.totalMs = totalMs;
    }

    /** The shutdown begins. */
    void begin() {
        beganNs = clock.nanoTime();
    }

    /** What a part that may take until {@code share} (0 to 1) of the whole has passed has now, at least 50 ms. */
    long leftMs(double share) {
        long passedMs = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - beganNs);
        return Math.max(MIN_MS, (long) (share * totalMs) - passedMs);
    }

    /** As {@link #leftMs}. */
    Duration left(double share) {
        return Duration.ofMillis(leftMs(share));
    }
}
