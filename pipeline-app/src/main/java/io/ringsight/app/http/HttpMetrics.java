package io.ringsight.app.http;

import java.util.concurrent.atomic.AtomicLongArray;

/** The counts of the pages' server. Any thread. */
public final class HttpMetrics {
    private final AtomicLongArray counts = new AtomicLongArray(HttpCounter.values().length);

    /** One more. */
    public void count(HttpCounter counter) {
        counts.incrementAndGet(counter.ordinal());
    }

    /** The count since the start. */
    public long value(HttpCounter counter) {
        return counts.get(counter.ordinal());
    }
}
