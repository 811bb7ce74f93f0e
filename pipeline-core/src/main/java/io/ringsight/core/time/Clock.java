package io.ringsight.core.time;

/**
 * The only way to read the time. Injected, so that tests turn it by hand.
 *
 * <p>Thread-safe; reading it allocates nothing.
 */
public interface Clock {
    /** Monotonic nanoseconds since an arbitrary origin: for durations and deadlines. */
    long nanoTime();

    /** Nanoseconds since 1970-01-01T00:00:00Z by the host's wall clock: for messages, never for durations. */
    long epochNanos();

    /** The host's clocks. Wall-clock resolution is one millisecond or better, as the JVM gives it. */
    static Clock system() {
        return SystemClock.INSTANCE;
    }
}
