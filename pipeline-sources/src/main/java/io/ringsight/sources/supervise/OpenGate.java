package io.ringsight.sources.supervise;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Spreads the opening of many cameras: each gets a moment of its own, so that neither a start nor a common outage ends
 * in a herd. The first is let through at once. One for all sources of a process; thread-safe.
 */
public final class OpenGate {
    private static final long NEVER = Long.MIN_VALUE;

    private final long spacingNs;
    private final AtomicLong lastNs = new AtomicLong(NEVER);

    /** @param spacingMs the least time between two openings, in milliseconds */
    public OpenGate(long spacingMs) {
        if (spacingMs < 0) {
            throw new IllegalArgumentException("spacingMs must not be negative: " + spacingMs);
        }
        spacingNs = spacingMs * 1_000_000L;
    }

    /** Takes the next free moment; returns how long it is until then, in nanoseconds, 0 for now. */
    long takeNs(long nowNs) {
        while (true) {
            long last = lastNs.get();
            long momentNs = last == NEVER || nowNs - last >= spacingNs ? nowNs : last + spacingNs;
            if (lastNs.compareAndSet(last, momentNs)) {
                return momentNs - nowNs;
            }
        }
    }
}
