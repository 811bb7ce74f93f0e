package io.ringsight.core.time;

/**
 * The host's monotonic and wall clocks.
 *
 * <p>The wall clock is read once a second in milliseconds and carried forward by the monotonic one: that has
 * nanosecond steps without the object {@code Instant.now()} allocates, and follows a stepped clock within a second.
 */
final class SystemClock implements Clock {
    static final SystemClock INSTANCE = new SystemClock();
    private static final long ANCHOR_LIFE_NS = 1_000_000_000L;

    /** Wall clock minus monotonic clock. A race between readers costs one more reading, never a wrong value. */
    private volatile long offsetNs = readOffset();

    private volatile long anchoredNs = System.nanoTime();

    private SystemClock() {}

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long epochNanos() {
        long nowNs = System.nanoTime();
        if (nowNs - anchoredNs > ANCHOR_LIFE_NS) {
            offsetNs = readOffset();
            anchoredNs = nowNs;
        }
        return nowNs + offsetNs;
    }

    private static long readOffset() {
        return System.currentTimeMillis() * 1_000_000L - System.nanoTime();
    }
}
