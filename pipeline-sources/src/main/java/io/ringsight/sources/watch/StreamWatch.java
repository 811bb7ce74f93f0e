package io.ringsight.sources.watch;

import io.ringsight.core.frame.Picture;

/**
 * How a camera's own time goes against the host's: whether it jumps or stands still, how far its frames lag behind, and
 * how many come.
 *
 * <p><b>Lag</b> is how much later a frame came than the quickest ones, by stream time: what a line that is slower than
 * the stream, or a queue on the way, adds. Its zero point gives way by one percent of the time that passes, so that a
 * camera whose clock is that wrong does not seem to lag; a line that is less than that too slow is not noticed.
 *
 * <p>Owned by the source's thread; one for each opened input; allocates nothing.
 */
public final class StreamWatch {
    private static final long NS_PER_S = 1_000_000_000L;
    /** Time that leaps ahead by more than this is no frame left out, and no queue that emptied. */
    private static final long LEAP_NS = 2 * NS_PER_S;

    private static final long STILL_NS = NS_PER_S;
    private static final long GIVE_WAY = 100;
    private static final long SPAN_NS = 10 * NS_PER_S;
    /** The frames that came while it was opened come all at once. */
    private static final long SETTLED_NS = 2 * NS_PER_S;

    private final long announcedNs;
    private long lastPtsNs = Picture.UNKNOWN;
    private long lastNs;
    private long wentOnNs;
    private boolean still;
    private long leastAgeNs;
    private long lagNs;
    private long spanNs = Picture.UNKNOWN;
    private int framesInSpan;
    private double rate;

    /** @param announcedNs from one frame to the next as the stream announces it; 0 if it does not */
    public StreamWatch(long announcedNs) {
        this.announcedNs = announcedNs;
    }

    /**
     * A frame came.
     *
     * @param ptsNs its time, or {@link Picture#UNKNOWN}
     * @return whether the stream's time jumped with it, or was found standing still
     */
    public boolean jumps(long ptsNs, long nowNs) {
        if (ptsNs == Picture.UNKNOWN) {
            lagNs = 0;
            return false;
        }
        boolean first = lastPtsNs == Picture.UNKNOWN;
        long stepNs = first ? 0 : ptsNs - lastPtsNs;
        long passedNs = first ? 0 : nowNs - lastNs;
        lastPtsNs = ptsNs;
        lastNs = nowNs;
        if (first) {
            wentOn(nowNs);
            restart(nowNs - ptsNs);
            return false;
        }
        if (stepNs == 0) {
            restart(nowNs - ptsNs);
            boolean found = !still && nowNs - wentOnNs >= STILL_NS;
            still |= found;
            return found;
        }
        boolean wasStill = still;
        wentOn(nowNs);
        if (stepNs < 0 || stepNs - passedNs > lagNs + LEAP_NS || wasStill) {
            restart(nowNs - ptsNs);
            return !wasStill;
        }
        leastAgeNs = Math.min(leastAgeNs + passedNs / GIVE_WAY, nowNs - ptsNs);
        lagNs = nowNs - ptsNs - leastAgeNs;
        return false;
    }

    private void wentOn(long nowNs) {
        wentOnNs = nowNs;
        still = false;
    }

    private void restart(long ageNs) {
        leastAgeNs = ageNs;
        lagNs = 0;
    }

    /** How much later the last frame came than the quickest ones. */
    public long lagNs() {
        return lagNs;
    }

    /**
     * Counts a frame, lost or not.
     *
     * @return whether a span of ten seconds is over in which less than half or more than twice the announced frames came
     */
    public boolean deviates(long nowNs) {
        if (announcedNs == 0) {
            return false;
        }
        if (spanNs == Picture.UNKNOWN) {
            spanNs = nowNs + SETTLED_NS;
        }
        if (nowNs - spanNs < 0) {
            return false;
        }
        framesInSpan++;
        long passedNs = nowNs - spanNs;
        if (passedNs < SPAN_NS) {
            return false;
        }
        double expected = (double) passedNs / announcedNs;
        rate = framesInSpan * (double) NS_PER_S / passedNs;
        boolean deviates = framesInSpan < expected / 2 || framesInSpan > expected * 2;
        spanNs = nowNs;
        framesInSpan = 0;
        return deviates;
    }

    /** Frames a second in the last span. */
    public double rate() {
        return rate;
    }

    /** Frames a second as the stream announces them. */
    public double announcedRate() {
        return (double) NS_PER_S / announcedNs;
    }
}
