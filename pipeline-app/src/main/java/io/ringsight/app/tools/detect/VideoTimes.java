package io.ringsight.app.tools.detect;

import io.ringsight.core.frame.Picture;

/**
 * The time line of a written video. It starts at 0 and goes on from input to input; within an input it follows the
 * input's own times, except where those go back or leap, as in recordings joined by {@code cat}.
 */
final class VideoTimes {
    private static final long NS_PER_US = 1_000;
    private static final long DEFAULT_STEP_US = 40_000;
    /** A time lapse may have a picture a minute; a longer step is a leap between joined recordings. */
    private static final long MAX_STEP_US = 60_000_000;

    private long timeUs = -DEFAULT_STEP_US;
    private long stepUs = DEFAULT_STEP_US;
    private long lastPtsNs = Picture.UNKNOWN;

    /** An input begins. */
    void begin() {
        lastPtsNs = Picture.UNKNOWN;
        stepUs = DEFAULT_STEP_US;
    }

    /** When the next picture is shown, in microseconds; later than the one before. */
    long next(long ptsNs) {
        if (ptsNs != Picture.UNKNOWN && lastPtsNs != Picture.UNKNOWN) {
            long ownStepUs = ptsNs / NS_PER_US - lastPtsNs / NS_PER_US;
            if (ownStepUs > 0 && ownStepUs <= MAX_STEP_US) {
                stepUs = ownStepUs;
            }
        }
        lastPtsNs = ptsNs;
        timeUs += stepUs;
        return timeUs;
    }
}
