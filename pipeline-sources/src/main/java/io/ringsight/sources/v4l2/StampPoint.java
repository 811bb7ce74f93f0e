package io.ringsight.sources.v4l2;

import io.ringsight.sources.v4l2.Videodev.Buffer;

/**
 * Which moment of a frame the driver's time stamp is, by the kernel's monotonic clock. The driver says so in each
 * buffer's flags ("Buffer Flags" in the kernel's userspace-api/media/v4l/buffer.rst).
 */
public enum StampPoint {
    /** None: the driver does not say which clock it reads, or copied what another program wrote there. */
    NONE,
    /** The exposure began, as UVC cameras say. */
    START_OF_EXPOSURE,
    /** The last pixel had come, or a little later. So are all that do not say otherwise. */
    END_OF_FRAME;

    static StampPoint of(int flags) {
        if ((flags & Buffer.CLOCK_MASK) != Buffer.IS_MONOTONIC) {
            return NONE;
        }
        return (flags & Buffer.STAMP_POINT_MASK) == Buffer.IS_START_OF_EXPOSURE ? START_OF_EXPOSURE : END_OF_FRAME;
    }
}
