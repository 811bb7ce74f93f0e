package io.ringsight.core.analyse.track;

/** Numbers for tracks: none comes twice in a daemon's run, whatever the source. One thread. */
public final class TrackNumbers {
    private long last;

    /** The next, from 1. */
    long next() {
        return ++last;
    }
}
