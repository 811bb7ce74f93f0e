package io.ringsight.sources.time;

import io.ringsight.sources.v4l2.StampPoint;

/** Where packets come from, as far as their time stamps go. */
public interface StampedPackets {
    /** What the time stamp of the packet read last is by this machine's monotonic clock; only drivers have such. */
    default StampPoint stampPoint() {
        return StampPoint.NONE;
    }
}
