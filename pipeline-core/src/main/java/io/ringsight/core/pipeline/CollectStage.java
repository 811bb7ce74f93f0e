package io.ringsight.core.pipeline;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.OutputException;
import io.ringsight.core.detect.SeamMerge;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.pipeline.FrameRows.Row;
import io.ringsight.core.preprocess.Crop;
import io.ringsight.core.preprocess.Letterbox;
import io.ringsight.core.preprocess.TileGrid;
import io.ringsight.core.ring.Stage;
import io.ringsight.core.time.Clock;

/**
 * Waits for the lanes in the order they were launched, decodes each row into its slot as the slot's detector wants it, and
 * frees the lane. A frame is done when all its rows are: then what was found in several parts is merged ({@link SeamMerge}).
 * When one fails the frame is lost.
 */
final class CollectStage implements Stage<FrameSlot> {
    private final DetectorSwitch detectors;
    private final Clock clock;
    private final StageFailures failures;
    private InferenceException laneFailure;
    private long inferredNs;
    /** Of frames of several parts; null until there is one. */
    private SeamMerge merge;

    CollectStage(DetectorSwitch detectors, Clock clock, StageFailures failures) {
        this.detectors = detectors;
        this.clock = clock;
        this.failures = failures;
    }

    @Override
    public String name() {
        return "ringsight-collect";
    }

    /** One: a frame decoded is passed on before the next lane is waited for. */
    @Override
    public int maxBatch() {
        return 1;
    }

    @Override
    public void onSlot(FrameSlot slot) throws InterruptedException {
        if (!slot.wantsInference()) {
            return;
        }
        try {
            Row row = slot.rows.take();
            while (row != null) {
                collect(slot, row);
                row = slot.rows.take();
            }
            if (slot.rows.failure() != null) {
                failures.ofFrame(slot, slot.rows.failure());
            }
        } finally {
            freeLanes(slot);
        }
        end(slot);
    }

    /** After an Error: Dispatch waits for the lanes of the rows behind it. */
    private static void freeLanes(FrameSlot slot) throws InterruptedException {
        Row row = slot.rows.take();
        while (row != null) {
            free(row);
            row = slot.rows.take();
        }
    }

    /**
     * A row whose launch was refused is not among those taken: Dispatch gave its lane back, and a lane that is freed twice
     * is loaded again before its results are read.
     */
    private static void free(Row row) {
        if (row.lastOfLane) {
            row.detector.giveBack(row.lane);
        }
    }

    private void collect(FrameSlot slot, Row row) throws InterruptedException {
        try {
            if (row.index == 0) {
                await(row);
            }
            if (row.part == 0) {
                begin(slot, row);
            }
            slot.timings.inferred(inferredNs);
            if (laneFailure != null) {
                failures.ofFrame(slot, laneFailure);
            } else if (slot.failure == null) {
                decode(slot, row);
            }
        } finally {
            free(row);
        }
    }

    private void await(Row row) throws InterruptedException {
        laneFailure = null;
        try {
            row.lane.await();
        } catch (RuntimeException | Error e) {
            laneFailure = detectors.outcome(row.detector, failures.asInferenceException("inference failed", e));
        }
        inferredNs = clock.nanoTime();
    }

    /** A frame begins again where another detector took over when only some of its rows were loaded. */
    private void begin(FrameSlot slot, Row row) {
        slot.detector = row.detector;
        slot.makeRoom(row.parts);
        slot.detections.clear();
        slot.detections.only(slot.source.classes(row.detector.model()));
        if (row.parts > 1) {
            if (merge == null || merge.capacity() < slot.detections.capacity()) {
                merge = new SeamMerge(slot.detections.capacity());
            }
            merge.begin(slot.source.classes(row.detector.model()));
        }
    }

    private void decode(FrameSlot slot, Row row) {
        Detections found = row.parts == 1 ? slot.detections : merge.found();
        int from = found.size();
        try {
            row.detector.decoder().decode(row.lane.output(), row.index, row.detector.threshold(), found);
            Letterbox box = row.lane.letterbox(row.index);
            Crop crop = row.crop;
            box.toSource(found, from, crop.left(), crop.top());
            if (row.parts > 1) {
                float edge = (float) TileGrid.EDGE * crop.width() / box.width();
                merge.foundIn(from, crop.left(), crop.top(), crop.width(), crop.height(), edge);
                if (row.part == row.parts - 1) {
                    merge.mergeInto(slot.detections);
                }
            }
        } catch (OutputException e) {
            failures.ofOutput(slot, e);
        } catch (RuntimeException | Error e) {
            failures.ofFrame(slot, failures.asInferenceException("decoding failed", e));
        }
    }

    private void end(FrameSlot slot) {
        if (slot.failure != null || !slot.rows.isWhole()) {
            slot.detections.clear();
            return;
        }
        slot.computed = true;
        slot.source.removeOutside(slot.detections, slot.picture);
        slot.source.metrics().count(Counter.DETECTIONS_UNWANTED, slot.detections.unwanted());
        if (slot.detections.invalid() > 0 || slot.detections.isCut()) {
            failures.ofDetections(slot);
        }
    }
}
