package io.ringsight.core.time;

import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until a test turns it. */
public final class ManualClock implements Clock {
    private final AtomicLong nowNs = new AtomicLong(1_000_000_000L);
    private volatile long epochOffsetNs;

    /** Starts one second after its monotonic origin, at {@code epochNanos} of the wall clock. */
    public ManualClock(long epochNanos) {
        epochOffsetNs = epochNanos - nowNs.get();
    }

    /** Turns both clocks forward. */
    public void advanceNs(long ns) {
        nowNs.addAndGet(ns);
    }

    /** Turns both clocks forward. */
    public void advanceMs(long ms) {
        advanceNs(ms * 1_000_000L);
    }

    /** Sets the wall clock so much ahead, or back if negative, as a time server does. */
    public void stepNs(long ns) {
        epochOffsetNs = epochOffsetNs + ns;
    }

    @Override
    public long nanoTime() {
        return nowNs.get();
    }

    @Override
    public long epochNanos() {
        return nowNs.get() + epochOffsetNs;
    }
}
