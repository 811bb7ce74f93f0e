package io.ringsight.core.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/** What is counted of what computes. Any thread may count and read; neither allocates. */
public final class BackendMetrics {
    private final AtomicLongArray counters = new AtomicLongArray(BackendCounter.values().length);

    /** Counts one. */
    public void count(BackendCounter counter) {
        counters.getAndIncrement(counter.ordinal());
    }

    /** How many so far. */
    public long value(BackendCounter counter) {
        return counters.get(counter.ordinal());
    }
}
