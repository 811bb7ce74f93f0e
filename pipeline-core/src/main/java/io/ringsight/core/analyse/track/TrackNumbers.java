package io.ringsight.core.analyse.track;

import java.util.concurrent.atomic.AtomicLong;

/** Numbers for tracks: none comes twice in a daemon's run, whatever the source and its pipeline. Any thread. */
public final class TrackNumbers {
    private final AtomicLong last = new AtomicLong();

    /** The next, from 1. */
    long next() {
        return last.incrementAndGet();
    }
}
