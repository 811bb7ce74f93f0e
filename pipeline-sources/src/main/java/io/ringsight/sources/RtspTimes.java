package io.ringsight.sources;

import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/**
 * The camera's own wall clock from its first RTCP sender report on, and the arrival of the frame's packet before that.
 *
 * <p>FFmpeg lays each packet's RTP time on the last report and hangs the result on the packet; it is carried to the
 * frame through the time stamp both have. <b>Uncertainty</b> is that of the camera's clock as the reports show it: by
 * how much the last report moved the time line, at least {@value #LEAST_US} µs (the RTP clock ticks every 11 µs), and
 * {@value #FIRST_US} µs while there was one report only. How wrong the camera's clock is set, nobody can tell from
 * here. When the stream's time jumps, the wall clock laid on it jumps too: then it is arrival again, until a report puts
 * the frames' age back where it was. A clock over a day off the host's is not a wall clock (uptime, or never set) and is not used. For arrival the
 * uncertainty is unknown: exposure, encoder and network lie before it.
 */
final class RtspTimes implements CaptureTimes {
    private static final int REMEMBERED = 64;
    private static final long LEAST_US = 50;
    private static final long FIRST_US = 1_000;
    private static final long DAY_US = 86_400_000_000L;
    /** How far from their age before a jump frames may be to be believed again. */
    private static final long SAME_AGE_US = 2_000_000L;

    private final Clock clock;
    private final TimeLine timeLine;
    private final ProducerTime producerTime = new ProducerTime();
    private final long[] pts = new long[REMEMBERED];
    private final long[] wallUs = new long[REMEMBERED];
    private final long[] arrivalUtcNs = new long[REMEMBERED];
    private int newest;
    private long offsetUs = Picture.UNKNOWN;
    private long uncertaintyUs = FIRST_US;
    private boolean trusted = true;
    private long ageUs = Picture.UNKNOWN;

    RtspTimes(Clock clock, TimeLine timeLine) {
        this.clock = clock;
        this.timeLine = timeLine;
        java.util.Arrays.fill(pts, AV_NOPTS_VALUE);
    }

    @Override
    public void packet(AVPacket packet) {
        remember(packet.pts(), producerTime.wallclockUs(packet), clock.epochNanos());
    }

    void remember(long packetPts, long packetWallUs, long nowUtcNs) {
        newest = (newest + 1) % REMEMBERED;
        pts[newest] = packetPts;
        arrivalUtcNs[newest] = nowUtcNs;
        boolean usable = packetWallUs != Picture.UNKNOWN && Math.abs(packetWallUs - nowUtcNs / 1_000) < DAY_US;
        wallUs[newest] = usable ? packetWallUs : Picture.UNKNOWN;
        if (usable && packetPts != AV_NOPTS_VALUE) {
            measure(packetWallUs - timeLine.base().toNs(packetPts) / 1_000);
        }
    }

    /** A new report moves the wall clock against the RTP clock; between reports they run together. */
    private void measure(long newOffsetUs) {
        if (offsetUs == Picture.UNKNOWN) {
            offsetUs = newOffsetUs;
            return;
        }
        long movedUs = Math.abs(newOffsetUs - offsetUs);
        if (movedUs >= LEAST_US) {
            uncertaintyUs = movedUs;
            offsetUs = newOffsetUs;
        }
    }

    @Override
    public void distrust() {
        trusted = false;
    }

    private boolean isBelieved(long frameAgeUs) {
        trusted |= ageUs == Picture.UNKNOWN || Math.abs(frameAgeUs - ageUs) < SAME_AGE_US;
        if (trusted) {
            ageUs = frameAgeUs;
        }
        return trusted;
    }

    @Override
    public void stamp(Picture picture, long framePts, long ptsNs) {
        int at = find(framePts);
        if (at >= 0 && wallUs[at] != Picture.UNKNOWN && isBelieved(arrivalUtcNs[at] / 1_000 - wallUs[at])) {
            picture.captured(ptsNs, wallUs[at] * 1_000, CaptureClock.RTCP_SR, uncertaintyUs);
        } else {
            long utcNs = at >= 0 ? arrivalUtcNs[at] : clock.epochNanos();
            picture.captured(ptsNs, utcNs, CaptureClock.ARRIVAL, Picture.UNKNOWN);
        }
    }

    private int find(long framePts) {
        if (framePts == AV_NOPTS_VALUE) {
            return -1;
        }
        for (int i = 0; i < REMEMBERED; i++) {
            int at = (newest - i + REMEMBERED) % REMEMBERED;
            if (pts[at] == framePts) {
                return at;
            }
        }
        return -1;
    }
}
