package io.ringsight.core.analyse.summary;

import io.ringsight.core.decision.Summary;
import io.ringsight.core.frame.Picture;

/**
 * When the spans of a source's summaries begin and end. They are equally long and, where the capture times go as the source's own time
 * does, end at full multiples of their length in UTC, so that those of several cameras agree. The first is shorter. Seconds of
 * the source's watch. One thread; allocates nothing but spans.
 */
final class SpanClock {
    private static final double NS_PER_S = 1e9;
    private static final double MS_PER_S = 1e3;
    /** Capture times that differ more from the source's own time say nothing of it. */
    private static final double MAX_DIFFERENCE_S = 0.1;

    private static final double MAX_DRIFT = 0.01;
    /** Sums of steps are not exact to the last bit. */
    private static final double TOLERANCE_S = 1e-6;

    private final double lengthS;
    private boolean begun;
    private double fromS;
    private double endS;
    private double missingS;
    private long fromUtcNs;
    private double frameS;
    private long frameUtcNs = Picture.UNKNOWN;
    private boolean agrees = true;

    SpanClock(int lengthS) {
        this.lengthS = lengthS;
    }

    /** A frame was taken at {@code utcNs}, or nobody knows when; by the watch it is {@code nowS}. */
    void frame(double nowS, long utcNs) {
        boolean isKnown = utcNs != Picture.UNKNOWN;
        if (begun) {
            double differenceS = Math.abs((utcNs - fromUtcNs) / NS_PER_S - (nowS - fromS));
            boolean isNear = differenceS <= MAX_DIFFERENCE_S + MAX_DRIFT * (nowS - fromS);
            agrees = isKnown && fromUtcNs != Picture.UNKNOWN && isNear;
        } else {
            begun = true;
            fromS = nowS;
            fromUtcNs = utcNs;
            endS = nowS + (isKnown ? untilMultipleS(utcNs) : lengthS);
        }
        frameS = nowS;
        frameUtcNs = utcNs;
    }

    private double untilMultipleS(long utcNs) {
        double sinceS = Math.floorMod(utcNs, (long) (lengthS * NS_PER_S)) / NS_PER_S;
        return lengthS - sinceS;
    }

    /** When the span ends. */
    double endS() {
        return endS;
    }

    /** Whether the frame is behind the span's end. */
    boolean isOver() {
        return begun && frameS >= endS - TOLERANCE_S;
    }

    /** Nobody saw so much of it. */
    void missed(double seconds) {
        missingS += seconds;
    }

    /** Whether anything of the span has passed. */
    boolean hasBegun() {
        return begun && frameS > fromS;
    }

    /** Ends the span where it should, or now; the next begins there. What is missing of more than one is one span. */
    Summary.Span end(boolean now) {
        double atS = now ? frameS : endS;
        long utcNs = utcNs(atS);
        Summary.Span span = new Summary.Span(
                fromUtcNs, utcNs, Math.round((atS - fromS) * MS_PER_S), Math.round(missingS * MS_PER_S));
        fromS = atS;
        fromUtcNs = utcNs;
        missingS = 0;
        double leftS = frameS - atS;
        endS = atS + Math.max(1, Math.floor(leftS / lengthS)) * lengthS;
        if (agrees) {
            double alignedS = frameS + untilMultipleS(frameUtcNs);
            alignedS -= Math.rint((alignedS - endS) / lengthS) * lengthS;
            endS = alignedS - fromS < lengthS / 2 ? alignedS + lengthS : alignedS;
        }
        return span;
    }

    private long utcNs(double atS) {
        return frameUtcNs == Picture.UNKNOWN || !agrees
                ? frameUtcNs
                : frameUtcNs - Math.round((frameS - atS) * NS_PER_S);
    }
}
