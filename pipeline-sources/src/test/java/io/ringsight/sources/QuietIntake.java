package io.ringsight.sources;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.LookingIntake;
import java.util.function.IntConsumer;

/** An intake that only counts, allocates nothing and gives each picture back at once. */
public final class QuietIntake implements LookingIntake {
    private final SourceMetrics metrics = new SourceMetrics("cam");
    private final IntConsumer onFrame;
    private int frames;

    public QuietIntake(IntConsumer onFrame) {
        this.onFrame = onFrame;
    }

    @Override
    public void offer(Picture picture) {
        onFrame.accept(++frames);
        picture.release();
    }

    @Override
    public void lost(GapReason reason, int lost) {
        frames += lost;
    }

    @Override
    public SourceMetrics metrics() {
        return metrics;
    }
}
