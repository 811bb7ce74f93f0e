package io.ringsight.core.pipeline;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.metrics.SourceMetrics;

/** An intake before another one, to which it passes on all that it does not treat itself. */
public interface PassingIntake extends FrameIntake {
    /** The one behind it. */
    FrameIntake next();

    @Override
    default void lost(GapReason reason, int frames) {
        next().lost(reason, frames);
    }

    @Override
    default void gap(GapReason reason, String detail) throws InterruptedException {
        next().gap(reason, detail);
    }

    @Override
    default void suspect(GapReason reason, String detail, long sinceUtcNs) throws InterruptedException {
        next().suspect(reason, detail, sinceUtcNs);
    }

    @Override
    default void doubt(GapReason reason) {
        next().doubt(reason);
    }

    @Override
    default void trust() throws InterruptedException {
        next().trust();
    }

    @Override
    default SourceMetrics metrics() {
        return next().metrics();
    }
}
