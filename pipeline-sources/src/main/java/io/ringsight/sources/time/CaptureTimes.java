package io.ringsight.sources.time;

import io.ringsight.core.frame.Picture;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/** Says when each frame's light hit the sensor, and by which clock. Used on the source's thread; allocates nothing. */
public interface CaptureTimes {
    /** Packets are from {@code input} from now on. */
    default void begin(StampedPackets input) {
        // All it needs to know is in the packets.
    }

    /** A packet was read just now. */
    void packet(AVPacket packet);

    /** The stream's own time jumped, or stands still: clocks that hang on it are not to be believed for now. */
    default void distrust() {
        // Hangs on no stream time, or sees it itself.
    }

    /**
     * Fills in the picture's times.
     *
     * @param pts the frame's time stamp in the stream's own unit, or {@code AV_NOPTS_VALUE}
     * @param ptsNs the same in nanoseconds, or {@link Picture#UNKNOWN}
     */
    void stamp(Picture picture, long pts, long ptsNs);
}
