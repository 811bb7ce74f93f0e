package io.ringsight.core.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * One number for each constant of an enum. Any thread may count and read; neither allocates.
 *
 * @param <E> what is counted
 */
public final class Counters<E extends Enum<E> & Counted> {
    private final AtomicLongArray counts;

    /** All 0. */
    public Counters(Class<E> kinds) {
        counts = new AtomicLongArray(kinds.getEnumConstants().length);
    }

    /** Counts one. */
    public void count(E kind) {
        counts.getAndIncrement(kind.ordinal());
    }

    /** Counts {@code n}. */
    public void count(E kind, long n) {
        counts.getAndAdd(kind.ordinal(), n);
    }

    /** How many so far. */
    public long value(E kind) {
        return counts.get(kind.ordinal());
    }
}
