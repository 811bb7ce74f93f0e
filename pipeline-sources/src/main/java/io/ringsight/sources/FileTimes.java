package io.ringsight.sources;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/**
 * A recording's own time line, laid on the moment its first frame was decoded. When the light hit the sensor is not
 * known at all; between frames it is exact to one tick of the file, which is given as the uncertainty.
 */
final class FileTimes implements CaptureTimes {
    private final Clock clock;
    private final TimeLine timeLine;
    private long originUtcNs = Picture.UNKNOWN;

    FileTimes(Clock clock, TimeLine timeLine) {
        this.clock = clock;
        this.timeLine = timeLine;
    }

    @Override
    public void packet(AVPacket packet) {
        // The packet knows nothing that the frame does not.
    }

    @Override
    public void stamp(Picture picture, long pts, long ptsNs) {
        if (originUtcNs == Picture.UNKNOWN) {
            originUtcNs = clock.epochNanos() - ptsNs;
        }
        picture.captured(
                ptsNs, originUtcNs + ptsNs, CaptureClock.FILE, timeLine.base().tickUs());
    }
}
