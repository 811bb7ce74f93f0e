package io.ringsight.sources.supervise;

import io.ringsight.core.pipeline.FrameIntake;
import java.util.List;

/** A source that does at each run what a test says. */
final class FakeSource implements Source {
    /** What one run does. */
    interface Step {
        Ending run(FrameIntake intake) throws InterruptedException;
    }

    private final List<Step> steps;
    private final SuspicionLimits limits;
    private int next;
    volatile boolean closed;

    FakeSource(List<Step> steps) {
        this(steps, SuspicionLimits.NONE);
    }

    FakeSource(List<Step> steps, SuspicionLimits limits) {
        this.steps = steps;
        this.limits = limits;
    }

    @Override
    public SuspicionLimits suspicionLimits() {
        return limits;
    }

    @Override
    public Ending run(FrameIntake intake) throws InterruptedException {
        return steps.get(next++).run(intake);
    }

    @Override
    public void stop() {
        // The steps end by themselves.
    }

    @Override
    public boolean lossless() {
        return false;
    }

    @Override
    public void close() {
        closed = true;
    }
}
