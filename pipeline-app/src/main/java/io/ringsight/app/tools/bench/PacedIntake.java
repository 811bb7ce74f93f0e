package io.ringsight.app.tools.bench;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.PassingIntake;
import io.ringsight.core.time.Clock;
import java.util.concurrent.locks.LockSupport;

/** Makes a recording a camera: offers its frames at even intervals, late ones at once. Used by one thread. */
final class PacedIntake implements PassingIntake {
    private final FrameIntake intake;
    private final Clock clock;
    private final long intervalNs;
    private long dueNs;

    /**
     * Paces what goes to {@code intake}.
     *
     * @param fps frames a second; 0: as they come
     * @param firstNs when the first is due, so that many cameras do not fall on the same moment
     */
    PacedIntake(FrameIntake intake, Clock clock, double fps, long firstNs) {
        this.intake = intake;
        this.clock = clock;
        intervalNs = fps > 0 ? (long) (1e9 / fps) : 0;
        dueNs = firstNs;
    }

    @Override
    public void offer(Picture picture) throws InterruptedException {
        long waitNs;
        while (intervalNs > 0 && (waitNs = dueNs - clock.nanoTime()) > 0) {
            LockSupport.parkNanos(waitNs);
            if (Thread.interrupted()) {
                picture.release();
                throw new InterruptedException();
            }
        }
        dueNs = Math.max(dueNs, clock.nanoTime() - 4 * intervalNs) + intervalNs;
        intake.offer(picture);
    }

    @Override
    public FrameIntake next() {
        return intake;
    }
}
