package io.ringsight.core.pipeline;

import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.pipeline.FrameRows.Row;
import io.ringsight.core.preprocess.TileGrid;
import io.ringsight.core.ring.Stage;
import io.ringsight.core.time.Clock;

/**
 * Loads the parts of pictures into the rows of a free lane of the detector that is current when a frame begins, and
 * launches it at the end of each batch and whenever it is full. Waits for a lane, never for a result: while one lane
 * computes, the next is loaded. Of a frame of more parts than a lane takes Collect reads the first while the last are
 * loaded; one whose detector is replaced in between begins again.
 */
final class DispatchStage implements Stage<FrameSlot> {
    private final DetectorSwitch detectors;
    private final Clock clock;
    private final StageFailures failures;
    private final FrameSlot[] slots = new FrameSlot[BackendSpec.MAX_BATCH];
    private final Row[] rows = new Row[BackendSpec.MAX_BATCH];
    private Runnable passOn;
    /** The parts of the frame at hand. */
    private TileGrid grid;

    private Detector detector;
    private Lane lane;
    private int loaded;

    DispatchStage(DetectorSwitch detectors, Clock clock, StageFailures failures) {
        this.detectors = detectors;
        this.clock = clock;
        this.failures = failures;
    }

    @Override
    public String name() {
        return "ringsight-dispatch";
    }

    /**
     * As many as a lane takes now: of a longer batch the rest would be launched as it is, though more frames have come
     * meanwhile. A detector that takes fewer from the middle of a batch on launches in between ({@link #isPassedOn()}).
     */
    @Override
    public int maxBatch() {
        return detectors.current().maxBatch();
    }

    @Override
    public void passesOnBy(Runnable passOn) {
        this.passOn = passOn;
    }

    @Override
    public void onSlot(FrameSlot slot) throws InterruptedException {
        if (slot.wantsInference()) {
            load(slot);
        }
    }

    /** Collect waits for each row it sees: those loaded before an Error are launched, too. */
    @Override
    public void afterSlot(FrameSlot slot, boolean endOfBatch) {
        slot.rows.end();
        if (loaded > 0 && (endOfBatch || isFull())) {
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

    private boolean isFull() {
        return loaded == detector.maxBatch();
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

    private void load(FrameSlot slot) throws InterruptedException {
        Detector planned = null;
        int parts = 1;
        int part = 0;
        while (part < parts) {
            if (loaded > 0 && isFull()) {
                launch();
                passOn.run();
            }
            takeLane();
            if (detector != planned) {
                planned = detector;
                grid = slot.source.grid(slot.picture, planned.model().input());
                parts = grid.parts();
                part = 0;
            }
            if (slot.rows.failure() != null || !load(slot, part, parts)) {
                return;
            }
            part++;
        }
        slot.rows.complete();
    }

    /** False if the frame is lost. */
    private boolean load(FrameSlot slot, int part, int parts) {
        boolean first = !slot.rows.isUnderWay();
        long startNs = part == 0 ? clock.nanoTime() : slot.timings.loadStartNs();
        if (first && part == 0 && isLate(slot, startNs)) {
            slot.failure = GapReason.LATE;
            slot.source.metrics().count(Counter.FRAMES_LATE);
            return false;
        }
        Row row = slot.rows.free();
        try {
            grid.cut(part, row.crop);
            lane.load(loaded, slot.picture, row.crop, slot.staged);
        } catch (RuntimeException | Error e) {
            lose(slot, failures.asInferenceException("preprocessing failed", e));
            return false;
        }
        if (first) {
            slot.timings.loaded(startNs, clock.nanoTime());
        }
        row.part = part;
        row.parts = parts;
        row.detector = detector;
        row.lane = lane;
        row.index = loaded;
        row.lastOfLane = false;
        slot.rows.add();
        slots[loaded] = slot;
        rows[loaded++] = row;
        return true;
    }

    private static boolean isLate(FrameSlot slot, long nowNs) {
        long deadlineNs = slot.source.deadlineNs();
        return deadlineNs > 0 && nowNs - slot.timings.decodedAtNs() > deadlineNs;
    }

    /** On a device that broke, the rows loaded before are gone, too. */
    private void lose(FrameSlot slot, InferenceException e) {
        InferenceException outcome = detectors.outcome(detector, e);
        slot.rows.fail(outcome);
        if (outcome != e) {
            giveUp(outcome);
        }
    }

    private void launch() {
        long nowNs = clock.nanoTime();
        for (int i = 0; i < loaded; i++) {
            if (!slots[i].rows.isUnderWay()) {
                slots[i].timings.launched(nowNs);
            }
        }
        rows[loaded - 1].lastOfLane = true;
        try {
            lane.launch(loaded);
        } catch (RuntimeException | Error e) {
            giveUp(detectors.outcome(detector, failures.asInferenceException("launching failed", e)));
            return;
        }
        int count = loaded;
        lane = null;
        loaded = 0;
        for (int i = 0; i < count; i++) {
            slots[i].rows.launch();
        }
    }

    /** A lane that could not be launched has no results to wait for: its frames are lost, itself is free. */
    private void giveUp(InferenceException cause) {
        int count = loaded;
        loaded = 0;
        giveBackLane();
        for (int i = 0; i < count; i++) {
            slots[i].rows.fail(cause);
            slots[i].rows.unload();
        }
    }
}
