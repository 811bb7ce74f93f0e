package io.ringsight.core.analyse.event;

import java.util.concurrent.atomic.AtomicLong;

/** Numbers for the events and for the summaries of one source: each comes once in a daemon's run, whatever becomes of its configuration. Any thread. */
public final class EventNumbers {
    private final AtomicLong last = new AtomicLong();
    private final AtomicLong lastSummary = new AtomicLong();

    /** The next, from 1. */
    long next() {
        return last.incrementAndGet();
    }

    /** The next for a summary, from 1. */
    long nextSummary() {
        return lastSummary.incrementAndGet();
    }
}
