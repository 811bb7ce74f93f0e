package io.ringsight.sources.time;

import io.ringsight.core.time.Clock;
import io.ringsight.sources.libav.Deadline;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a recording's frames through as fast as they come, or when they are due by their own time line. A jump of that
 * time line is not waited for: the frame after it is due one frame after the one before.
 */
public final class Pacer {
    private static final Logger LOG = LoggerFactory.getLogger(Pacer.class);
    private static final long MAX_NAP_NS = 50_000_000L;
    private static final long NS_PER_S = 1_000_000_000L;
    /** A longer step is a jump, unless the recording's own rate is that slow. */
    private static final long MAX_STEP_NS = 10 * NS_PER_S;

    private static final long MAX_SLOW_STEP_NS = 60 * NS_PER_S;
    private static final int FRAMES_PER_JUMP = 3;

    private final Clock clock;
    private final boolean realtime;
    private long originNs = Long.MIN_VALUE;
    private long lastPtsNs;
    private boolean jumpTold;

    public Pacer(Clock clock, boolean realtime) {
        this.clock = clock;
        this.realtime = realtime;
    }

    /**
     * Waits until the frame is due; false if stopped before.
     *
     * @param frameNs from one frame to the next by the recording's rate
     */
    public boolean await(long ptsNs, long frameNs, Deadline deadline) throws InterruptedException {
        if (!realtime) {
            return !deadline.isStopped();
        }
        follow(ptsNs, frameNs);
        return awaitMoment(originNs + ptsNs, deadline);
    }

    /** Waits until {@code momentNs} of the monotonic clock; false if stopped before. */
    public boolean awaitMoment(long momentNs, Deadline deadline) throws InterruptedException {
        long leftNs = momentNs - clock.nanoTime();
        while (leftNs > 0 && !deadline.isStopped()) {
            LockSupport.parkNanos(Math.min(leftNs, MAX_NAP_NS));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            leftNs = momentNs - clock.nanoTime();
        }
        return !deadline.isStopped();
    }

    private void follow(long ptsNs, long frameNs) {
        if (originNs == Long.MIN_VALUE) {
            originNs = clock.nanoTime() - ptsNs;
        } else {
            long stepNs = ptsNs - lastPtsNs;
            long maxStepNs = Math.max(MAX_STEP_NS, Math.min(MAX_SLOW_STEP_NS, FRAMES_PER_JUMP * frameNs));
            if (stepNs < 0 || stepNs > maxStepNs) {
                originNs += lastPtsNs + Math.min(frameNs, maxStepNs) - ptsNs;
                tell(stepNs);
            }
        }
        lastPtsNs = ptsNs;
    }

    /** Once: a recording may jump with every frame. */
    private void tell(long stepNs) {
        if (!jumpTold) {
            jumpTold = true;
            LOG.warn("the recording's time jumps by {} s; it is played on without waiting for that", stepNs / NS_PER_S);
        }
    }
}
