package io.ringsight.sources.time;

import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import java.util.Arrays;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/**
 * For streams whose sender tells no time of day: when the frame's packet was read. By how much that is later than the
 * capture nobody can tell from here (exposure, encoder, server, network, a play list's segments), so the uncertainty is
 * unknown. Pictures read ahead while the stream was being opened are taken to have come then.
 */
public final class ArrivalTimes implements CaptureTimes {
    private static final int REMEMBERED = 64;

    private final Clock clock;
    private final long[] pts = new long[REMEMBERED];
    private final long[] arrivalUtcNs = new long[REMEMBERED];
    private int newest;

    public ArrivalTimes(Clock clock) {
        this.clock = clock;
        Arrays.fill(pts, AV_NOPTS_VALUE);
        Arrays.fill(arrivalUtcNs, Picture.UNKNOWN);
    }

    @Override
    public void packet(AVPacket packet) {
        remember(packet.pts());
    }

    void remember(long packetPts) {
        newest = (newest + 1) % REMEMBERED;
        pts[newest] = packetPts;
        arrivalUtcNs[newest] = clock.epochNanos();
    }

    @Override
    public void stamp(Picture picture, long framePts, long ptsNs) {
        picture.captured(ptsNs, arrivalOf(framePts), CaptureClock.ARRIVAL, Picture.UNKNOWN);
    }

    /** Of a frame without a time the packet before it: such codecs give each packet's frame at once. */
    private long arrivalOf(long framePts) {
        for (int i = 0; i < REMEMBERED; i++) {
            int at = (newest - i + REMEMBERED) % REMEMBERED;
            if (pts[at] == framePts && arrivalUtcNs[at] != Picture.UNKNOWN) {
                return arrivalUtcNs[at];
            }
        }
        return clock.epochNanos();
    }
}
