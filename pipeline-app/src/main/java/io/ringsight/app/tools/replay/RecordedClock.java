package io.ringsight.app.tools.replay;

import io.ringsight.core.time.Clock;

/** The time that a recording tells: it stands still until it is set. One thread. */
final class RecordedClock implements Clock {
    private long nowNs;

    void set(long utcNs) {
        nowNs = utcNs;
    }

    @Override
    public long nanoTime() {
        return nowNs;
    }

    @Override
    public long epochNanos() {
        return nowNs;
    }
}
