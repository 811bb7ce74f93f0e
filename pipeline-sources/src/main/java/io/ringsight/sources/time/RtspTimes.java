package io.ringsight.sources.time;

import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The camera's own wall clock from its first RTCP sender report on, and the arrival of the frame's packet before that.
 *
 * <p>FFmpeg lays each packet's RTP time on the last report and hangs the result on the packet; it is carried to the
 * frame through the time stamp both have. The first one hangs on the frame before its own: its parser gives a frame
 * out when the next one begins, with what came with that. So the first is left out.
 *
 * <p><b>Uncertainty</b> is that of the camera's clock as the reports show it: by how much the last report moved the
 * time line, at least {@value #MIN_US} µs (the RTP clock ticks every 11 µs), and {@value #FIRST_US} µs while there was
 * one report only. How wrong the camera's clock is set, nobody can tell from here. When the stream's time jumps, the
 * wall clock laid on it jumps too: then it is arrival again, until a report puts the frames' age back where it was. So
 * it is while the camera's clock is ahead of the host's by more than a second, or behind it by more than a minute.
 * Frames older than {@value #USUAL_AGE_US} µs when they arrive come over a slow line or from a clock that is behind;
 * which of the two nobody can tell from here, so the uncertainty is their age. A clock over a day off the host's is
 * not a wall clock (uptime, or never set) and is not used. For arrival the uncertainty is unknown: exposure, encoder
 * and network lie before it.
 */
public final class RtspTimes implements CaptureTimes {
    private static final Logger LOG = LoggerFactory.getLogger(RtspTimes.class);
    private static final int REMEMBERED = 64;
    private static final long MIN_US = 50;
    private static final long FIRST_US = 1_000;
    private static final long DAY_US = 86_400_000_000L;
    /** How far from their age before a jump frames may be to be believed again. */
    private static final long SAME_AGE_US = 2_000_000L;
    /** How far ahead of the host a camera's clock may be: two clocks are never quite alike. */
    private static final long MAX_AHEAD_US = 1_000_000L;
    /** How old live pictures may be when they come: no encoder and network together hold them so long. */
    private static final long MAX_BEHIND_US = 60_000_000L;
    /** What encoder and network may take where all is well. */
    private static final long USUAL_AGE_US = 2_000_000L;

    private static final long US_PER_S = 1_000_000L;

    private final String sourceId;
    private final Clock clock;
    private final TimeLine timeLine;
    private final ProducerTime producerTime = new ProducerTime();
    private final long[] pts = new long[REMEMBERED];
    private final long[] wallUs = new long[REMEMBERED];
    private final long[] arrivalUtcNs = new long[REMEMBERED];
    private int newest;
    /** Whether the packet before had a wall clock. */
    private boolean reported;

    private long offsetUs = Picture.UNKNOWN;
    private long uncertaintyUs = FIRST_US;
    private boolean trusted = true;
    private boolean wrongClockTold;
    private long ageUs = Picture.UNKNOWN;

    /** @param sourceId for the log */
    public RtspTimes(String sourceId, Clock clock, TimeLine timeLine) {
        this.sourceId = sourceId;
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
        boolean isItsOwn = reported;
        reported = packetWallUs != Picture.UNKNOWN;
        boolean usable = isItsOwn && reported && Math.abs(packetWallUs - nowUtcNs / 1_000) < DAY_US;
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
        if (movedUs >= MIN_US) {
            uncertaintyUs = movedUs;
            offsetUs = newOffsetUs;
        }
    }

    @Override
    public void distrust() {
        trusted = false;
    }

    /** No light arrives before it hit the sensor, and none of a live camera long after. */
    private boolean isPossible(long frameAgeUs) {
        if (frameAgeUs >= -MAX_AHEAD_US && frameAgeUs <= MAX_BEHIND_US) {
            return true;
        }
        if (!wrongClockTold) {
            wrongClockTold = true;
            LOG.warn(
                    "{}: the camera's clock is {} s {} this machine's; captureTime is the time of arrival until one of them is corrected",
                    sourceId,
                    Math.abs(frameAgeUs) / US_PER_S,
                    frameAgeUs < 0 ? "ahead of" : "behind");
        }
        return false;
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
        long frameAgeUs =
                at < 0 || wallUs[at] == Picture.UNKNOWN ? Picture.UNKNOWN : arrivalUtcNs[at] / 1_000 - wallUs[at];
        if (frameAgeUs != Picture.UNKNOWN && isPossible(frameAgeUs) && isBelieved(frameAgeUs)) {
            // A frame from the future shows how far apart the clocks are at least, one that is old how far they may be.
            long atLeastUs = Math.max(uncertaintyUs, frameAgeUs > USUAL_AGE_US ? frameAgeUs : -frameAgeUs);
            picture.captured(ptsNs, wallUs[at] * 1_000, CaptureClock.RTCP_SR, atLeastUs);
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
