package io.ringsight.core.pipeline;

import io.ringsight.core.frame.Picture;

/**
 * Lets at most so many frames a second through, evenly. Goes by the stream's own time, so that a recording read at full
 * speed is thinned as it would be live. Used by one thread.
 */
final class RateLimit {
    private final long intervalNs;
    private long dueNs = Picture.UNKNOWN;

    /** At most {@code maxFps} frames a second; 0: all. */
    RateLimit(double maxFps) {
        intervalNs = maxFps > 0 ? (long) (1e9 / maxFps) : 0;
    }

    /** Whether the frame of stream time {@code timeNs} may pass. */
    boolean passes(long timeNs) {
        if (intervalNs == 0) {
            return true;
        }
        boolean continues = dueNs != Picture.UNKNOWN && Math.abs(timeNs - dueNs) < 4 * intervalNs;
        // A quarter of slack: time stamps are rounded, and a 25 fps camera limited to 25 fps must lose nothing.
        if (continues && timeNs < dueNs - intervalNs / 4) {
            return false;
        }
        dueNs = (continues ? dueNs : timeNs) + intervalNs;
        return true;
    }
}
