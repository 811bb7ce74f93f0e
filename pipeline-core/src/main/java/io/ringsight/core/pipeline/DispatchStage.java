package io.ringsight.core.pipeline;

import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.ring.Stage;
import io.ringsight.core.time.Clock;

/**
 * Loads pictures into the rows of a free lane of the detector that is current when the batch begins, and launches it at
 * the end of each batch. Waits for a lane, never for a result: while one lane computes, the next is loaded.
 */
final class DispatchStage implements Stage<FrameSlot> {
    private final DetectorSwitch detectors;
    private final Clock clock;
    private final StageFailures failures;
    private final FrameSlot[] rows = new FrameSlot[BackendSpec.MAX_BATCH];
    private final int batchAtStart;
    private Detector detector;
    private Lane lane;
    private int loaded;

    DispatchStage(DetectorSwitch detectors, Clock clock, StageFailures failures) {
        this.detectors = detectors;
        batchAtStart = detectors.current().maxBatch();
        this.clock = clock;
        this.failures = failures;
    }

    @Override
    public String name() {
        return "ringsight-dispatch";
    }

    /**
     * As many as a lane takes: of a longer batch the rest would be launched as it is, though more frames have come
     * meanwhile. A detector that takes fewer launches in between ({@link #isPassedOn()}); one that takes more gets no more.
     */
    @Override
    public int maxBatch() {
        return batchAtStart;
    }

    @Override
    public void onSlot(FrameSlot slot) throws InterruptedException {
        if (slot.wantsInference()) {
            takeLane();
            load(slot);
        }
    }

    /** Collect waits for each row it sees: those loaded before an Error are launched, too. */
    @Override
    public void afterSlot(FrameSlot slot, boolean endOfBatch) {
        if (loaded > 0 && (endOfBatch || loaded == detector.maxBatch())) {
            launch();
        } else if (loaded == 0 && lane != null && endOfBatch) {
            giveBackLane();
        }
    }

    /** What is launched is for Collect, which frees the lane that the next batch may wait for. */
    @Override
    public boolean isPassedOn() {
        return loaded == 0;
    }

    private void takeLane() throws InterruptedException {
        while (lane == null) {
            // A detector that was replaced while its lane was waited for gives none.
            detector = detectors.current();
            lane = detector.take();
        }
    }

    private void giveBackLane() {
        Lane unused = lane;
        lane = null;
        detector.giveBack(unused);
    }

    private void load(FrameSlot slot) {
        long startNs = clock.nanoTime();
        long deadlineNs = slot.source.deadlineNs();
        if (deadlineNs > 0 && startNs - slot.timings.decodedAtNs() > deadlineNs) {
            slot.failure = GapReason.LATE;
            slot.source.metrics().count(Counter.FRAMES_LATE);
            return;
        }
        try {
            lane.load(loaded, slot.picture);
        } catch (RuntimeException | Error e) {
            lose(slot, failures.asInferenceException("preprocessing failed", e));
            return;
        }
        slot.timings.loaded(startNs, clock.nanoTime());
        slot.detector = detector;
        slot.lane = lane;
        slot.row = loaded;
        rows[loaded++] = slot;
    }

    /** On a device that broke, the rows loaded before are gone, too. */
    private void lose(FrameSlot slot, InferenceException e) {
        InferenceException outcome = detectors.outcome(detector, e);
        failures.ofFrame(slot, outcome);
        if (outcome != e) {
            giveUp(outcome);
        }
    }

    private void launch() {
        long nowNs = clock.nanoTime();
        for (int i = 0; i < loaded; i++) {
            rows[i].timings.launched(nowNs);
        }
        rows[loaded - 1].lastOfLane = true;
        try {
            lane.launch(loaded);
            lane = null;
            loaded = 0;
        } catch (RuntimeException | Error e) {
            giveUp(detectors.outcome(detector, failures.asInferenceException("launching failed", e)));
        }
    }

    /** A lane that could not be launched has no results to wait for: its frames are lost, itself is free. */
    private void giveUp(InferenceException cause) {
        int count = loaded;
        loaded = 0;
        giveBackLane();
        for (int i = 0; i < count; i++) {
            rows[i].unload();
            failures.ofFrame(rows[i], cause);
        }
    }
}
