package io.ringsight.sources.time;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.v4l2.StampPoint;
import java.util.function.LongSupplier;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time stamps a V4L2 driver puts on its buffers, in microseconds of the kernel's monotonic clock, where the driver
 * says they are; else, and where they cannot be, the clock is {@code arrival}.
 *
 * <p><b>Uncertainty.</b> The light of a frame fell for one frame interval at most. A stamp of the start of the exposure
 * is off by no more than that. A stamp of the frame's end is read out after it, line by line, for another interval at
 * most: two.
 */
public final class DeviceTimes implements CaptureTimes {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceTimes.class);
    private static final long OLDEST_US = 10_000_000L;
    private static final long NEWEST_US = -1_000_000L;
    private static final long MAX_INTERVAL_US = 1_000_000L;

    private final String sourceId;
    private final Clock clock;
    private final TimeLine timeLine;
    private final LongSupplier monotonicUs;
    private final ArrivalTimes arrival;
    private StampedPackets input;
    private StampPoint point = StampPoint.NONE;
    private long lastPts = AV_NOPTS_VALUE;
    private boolean arrivalTold;

    /** @param sourceId for the log */
    public DeviceTimes(String sourceId, Clock clock, TimeLine timeLine) {
        this(sourceId, clock, timeLine, () -> av_gettime_relative());
    }

    public DeviceTimes(String sourceId, Clock clock, TimeLine timeLine, LongSupplier monotonicUs) {
        this.sourceId = sourceId;
        this.clock = clock;
        this.timeLine = timeLine;
        this.monotonicUs = monotonicUs;
        arrival = new ArrivalTimes(clock);
    }

    @Override
    public void begin(StampedPackets opened) {
        input = opened;
        lastPts = AV_NOPTS_VALUE;
        arrivalTold = false;
    }

    /** The frame carries the packet's time stamp unchanged; what it is the time of is the same for all of a driver's. */
    @Override
    public void packet(AVPacket packet) {
        point = input.stampPoint();
        arrival.packet(packet);
    }

    @Override
    public void stamp(Picture picture, long pts, long ptsNs) {
        long ageUs = pts == AV_NOPTS_VALUE ? Long.MAX_VALUE : monotonicUs.getAsLong() - pts;
        if (point == StampPoint.NONE || ageUs < NEWEST_US || ageUs > OLDEST_US) {
            tellArrival();
            arrival.stamp(picture, pts, ptsNs);
        } else {
            picture.captured(ptsNs, clock.epochNanos() - ageUs * 1_000, CaptureClock.DEVICE, uncertaintyUs(pts));
        }
        lastPts = pts;
    }

    private void tellArrival() {
        if (!arrivalTold) {
            arrivalTold = true;
            LOG.info(
                    "{}: captureTime is the time of arrival, because the driver's time stamps {}",
                    sourceId,
                    point == StampPoint.NONE ? "are of a clock it does not name" : "are not of the clock it names");
        }
    }

    private long uncertaintyUs(long pts) {
        return point == StampPoint.END_OF_FRAME ? 2 * intervalUs(pts) : intervalUs(pts);
    }

    private long intervalUs(long pts) {
        long us = lastPts == AV_NOPTS_VALUE ? 0 : pts - lastPts;
        return us > 0 && us <= MAX_INTERVAL_US ? us : timeLine.frameNs() / 1_000;
    }
}
