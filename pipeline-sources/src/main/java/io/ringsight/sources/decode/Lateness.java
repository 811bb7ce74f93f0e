package io.ringsight.sources.decode;

import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.time.CaptureTimes;
import io.ringsight.sources.watch.StreamWatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a camera's frames come too late, and what its times are worth: counts jumps and wrong rates, and tells of each
 * kind once. Allocates nothing but for what it tells.
 */
final class Lateness {
    private static final Logger LOG = LoggerFactory.getLogger(Lateness.class);

    private final StreamWatch watch;
    private final long maxLagNs;
    private final CaptureTimes times;
    private final SourceMetrics metrics;
    private final Clock clock;
    private boolean jumpTold;
    private boolean rateTold;

    /**
     * Of one input.
     *
     * @param maxLagNs how far its frames may lag behind before they are late; 0: any time
     * @param times are told when the stream's own time cannot be trusted
     */
    Lateness(StreamWatch watch, long maxLagNs, CaptureTimes times, SourceMetrics metrics, Clock clock) {
        this.watch = watch;
        this.maxLagNs = maxLagNs;
        this.times = times;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Whether the frame of this time, which came now, is too late. Once for each frame. */
    boolean isLate(long ptsNs) {
        long nowNs = clock.nanoTime();
        if (watch.jumps(ptsNs, nowNs)) {
            metrics.count(Counter.TIME_JUMPS);
            times.distrust();
            tellJump();
        }
        if (watch.deviates(nowNs)) {
            metrics.count(Counter.RATE_DEVIATIONS);
            tellRate();
        }
        return maxLagNs > 0 && watch.lagNs() > maxLagNs;
    }

    /** Once: a camera may do it with every frame. */
    private void tellJump() {
        if (!jumpTold) {
            jumpTold = true;
            LOG.warn(
                    "{}: the stream's time stamps jumped or stand still; using the time of arrival",
                    metrics.sourceId());
        }
    }

    private void tellRate() {
        if (!rateTold) {
            rateTold = true;
            LOG.warn(
                    "{}: {} frames/s come, but the camera announces {}",
                    metrics.sourceId(),
                    Math.round(watch.rate() * 10) / 10.0,
                    Math.round(watch.announcedRate() * 10) / 10.0);
        }
    }
}
