package io.ringsight.core.time;

import java.util.function.LongSupplier;

/**
 * The host's monotonic and wall clocks.
 *
 * <p>The wall clock is carried forward by the monotonic one, from where its milliseconds stood once a second: that has
 * nanosecond steps without the object {@code Instant.now()} allocates. A clock that is set is followed at once.
 */
final class SystemClock implements Clock {
    static final SystemClock INSTANCE = new SystemClock(System::nanoTime, System::currentTimeMillis);
    private static final long ANCHOR_LIFE_NS = 1_000_000_000L;
    /** More than a thread is kept waiting between two readings, as a rule; what it is mistaken for costs one reading more. */
    private static final long STEP_NS = 50_000_000L;

    private final LongSupplier monotonicNs;
    private final LongSupplier wallMs;
    /**
     * Wall clock minus monotonic clock. A race between readers costs one more reading. A thread that is kept waiting between
     * the two clocks is wrong by as long, below {@link #STEP_NS}, until the next reading.
     */
    private volatile long offsetNs;

    private volatile long anchoredNs;

    /** Of other clocks, for tests. */
    SystemClock(LongSupplier monotonicNs, LongSupplier wallMs) {
        this.monotonicNs = monotonicNs;
        this.wallMs = wallMs;
        anchoredNs = monotonicNs.getAsLong();
        offsetNs = readOffset();
    }

    @Override
    public long nanoTime() {
        return monotonicNs.getAsLong();
    }

    @Override
    public long epochNanos() {
        long nowNs = monotonicNs.getAsLong();
        long stepNs = wallMs.getAsLong() * 1_000_000L - nowNs - offsetNs;
        if (nowNs - anchoredNs > ANCHOR_LIFE_NS || Math.abs(stepNs) > STEP_NS) {
            offsetNs = readOffset();
            anchoredNs = nowNs;
        }
        return nowNs + offsetNs;
    }

    private long readOffset() {
        return wallMs.getAsLong() * 1_000_000L - monotonicNs.getAsLong();
    }
}
