package io.ringsight.sources;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import java.util.function.LongSupplier;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/**
 * The time stamps a V4L2 driver puts on its buffers, in microseconds of the kernel's monotonic clock (nearly all
 * drivers) or its wall clock (some old ones): whichever of the two the stamp is near to.
 *
 * <p>Whether a driver stamps the start of the exposure or the end of the transfer is not told, so one frame interval is
 * given as the uncertainty. A stamp that is near to neither clock is no time: then the clock is {@code arrival}.
 */
final class DeviceTimes implements CaptureTimes {
    private static final long OLDEST_US = 10_000_000L;
    private static final long NEWEST_US = -1_000_000L;
    private static final long LONGEST_INTERVAL_US = 1_000_000L;

    private final Clock clock;
    private final TimeLine timeLine;
    private final LongSupplier monotonicUs;
    private final LongSupplier wallUs;
    private long lastPts = AV_NOPTS_VALUE;

    DeviceTimes(Clock clock, TimeLine timeLine) {
        this(clock, timeLine, () -> av_gettime_relative(), () -> av_gettime());
    }

    DeviceTimes(Clock clock, TimeLine timeLine, LongSupplier monotonicUs, LongSupplier wallUs) {
        this.clock = clock;
        this.timeLine = timeLine;
        this.monotonicUs = monotonicUs;
        this.wallUs = wallUs;
    }

    @Override
    public void packet(AVPacket packet) {
        // The frame carries the packet's time stamp unchanged.
    }

    @Override
    public void stamp(Picture picture, long pts, long ptsNs) {
        long ageUs = pts == AV_NOPTS_VALUE ? Long.MAX_VALUE : ageUs(pts);
        long nowUtcNs = clock.epochNanos();
        if (ageUs == Long.MAX_VALUE) {
            picture.captured(ptsNs, nowUtcNs, CaptureClock.ARRIVAL, Picture.UNKNOWN);
        } else {
            picture.captured(ptsNs, nowUtcNs - ageUs * 1_000, CaptureClock.DEVICE, intervalUs(pts));
        }
        lastPts = pts;
    }

    private long ageUs(long pts) {
        long ageUs = monotonicUs.getAsLong() - pts;
        if (isAge(ageUs)) {
            return ageUs;
        }
        ageUs = wallUs.getAsLong() - pts;
        return isAge(ageUs) ? ageUs : Long.MAX_VALUE;
    }

    private static boolean isAge(long us) {
        return us >= NEWEST_US && us <= OLDEST_US;
    }

    private long intervalUs(long pts) {
        long us = lastPts == AV_NOPTS_VALUE ? 0 : pts - lastPts;
        return us > 0 && us <= LONGEST_INTERVAL_US ? us : timeLine.frameNs() / 1_000;
    }
}
