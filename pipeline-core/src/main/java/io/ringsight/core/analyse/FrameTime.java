package io.ringsight.core.analyse;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.time.CaptureClock;

/**
 * How much time lies between the frames of one source. The stream's own time says it best; after a break, and where that
 * time is unknown, stands still, goes back or leaps, the capture times do, and else when the frames were decoded.
 */
final class FrameTime {
    /** A live stream's own time does not leap farther from one frame to the next. */
    private static final long MAX_STEP_NS = 10_000_000_000L;

    private static final double NS_PER_S = 1e9;

    private boolean begun;
    private long ptsNs;
    private long captureUtcNs;
    private CaptureClock clock;
    private long decodedAtNs;

    /** The stream's own time says nothing of how long what happens now takes. */
    void interrupt() {
        ptsNs = Picture.UNKNOWN;
    }

    /** Seconds since the frame before, 0 for the first; never negative. */
    double step(Picture picture, long atNs) {
        long stepNs = begun ? stepNs(picture, atNs) : 0;
        begun = true;
        ptsNs = picture.ptsNs();
        captureUtcNs = picture.captureUtcNs();
        clock = picture.captureClock();
        decodedAtNs = atNs;
        return stepNs / NS_PER_S;
    }

    private long stepNs(Picture picture, long atNs) {
        long ofStream = between(ptsNs, picture.ptsNs());
        if (ofStream > 0 && (ofStream <= MAX_STEP_NS || picture.captureClock() == CaptureClock.FILE)) {
            return ofStream;
        }
        long ofCapture = clock == picture.captureClock() ? between(captureUtcNs, picture.captureUtcNs()) : 0;
        return ofCapture > 0 ? ofCapture : Math.max(0, atNs - decodedAtNs);
    }

    /** 0 where one of them is unknown. */
    private static long between(long before, long after) {
        return before == Picture.UNKNOWN || after == Picture.UNKNOWN ? 0 : after - before;
    }
}
