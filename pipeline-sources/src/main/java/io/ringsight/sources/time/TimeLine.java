package io.ringsight.sources.time;

import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import io.ringsight.core.frame.Picture;

/**
 * A stream's presentation times in nanoseconds. A recording's go on when it starts over, and are filled in by its frame
 * rate where it has none; a camera's stay unknown where unknown.
 */
public final class TimeLine {
    private static final long DEFAULT_FRAME_NS = 40_000_000L;

    private final boolean fillsIn;
    private TimeBase base;
    private long frameNs = DEFAULT_FRAME_NS;
    private long offsetNs;
    private long lastNs = Picture.UNKNOWN;
    private boolean startsOver;

    public TimeLine(boolean fillsIn) {
        this.fillsIn = fillsIn;
    }

    /**
     * A stream begins.
     *
     * @param frameNs from one frame to the next by the stream's rate; 0 if it does not say
     */
    public void begin(TimeBase base, long frameNs) {
        this.base = base;
        this.frameNs = frameNs > 0 ? frameNs : DEFAULT_FRAME_NS;
        startsOver = lastNs != Picture.UNKNOWN;
    }

    /** The time of the next frame, or {@link Picture#UNKNOWN}. */
    public long next(long pts) {
        long ns = pts == AV_NOPTS_VALUE ? filledIn() : shifted(nsOrUnknown(pts));
        lastNs = ns;
        return ns;
    }

    private long shifted(long streamNs) {
        if (streamNs == Picture.UNKNOWN) {
            return filledIn();
        }
        if (startsOver) {
            offsetNs = lastNs + frameNs - streamNs;
            startsOver = false;
        }
        return streamNs + offsetNs;
    }

    /** What is added to the stream's own times by now: those of its packets, too. */
    public long offsetNs() {
        return offsetNs;
    }

    /** A time of the stream in nanoseconds, nothing added; {@link Picture#UNKNOWN} if it is beyond all bounds. */
    public long streamNs(long ticks) {
        return nsOrUnknown(ticks);
    }

    private long filledIn() {
        if (!fillsIn) {
            return Picture.UNKNOWN;
        }
        return lastNs == Picture.UNKNOWN ? 0 : lastNs + frameNs;
    }

    /** A hostile stream's time may be beyond all bounds; then it is none. */
    private long nsOrUnknown(long pts) {
        try {
            return base.toNs(pts);
        } catch (ArithmeticException e) {
            return Picture.UNKNOWN;
        }
    }

    TimeBase base() {
        return base;
    }

    /** From one frame to the next by the stream's rate. */
    public long frameNs() {
        return frameNs;
    }
}
