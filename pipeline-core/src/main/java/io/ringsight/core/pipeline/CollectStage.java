package io.ringsight.core.pipeline;

import io.ringsight.core.detect.OutputException;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.detector.PartDecoder;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.pipeline.FrameRows.Row;
import io.ringsight.core.ring.Stage;
import io.ringsight.core.time.Clock;

/**
 * Waits for the lanes in the order they were launched, decodes each row into its slot as the slot's detector wants it, and
 * frees the lane. A frame is done when all its rows are: then what was found in several parts is merged ({@link PartDecoder}).
 * When one fails the frame is lost.
 */
final class CollectStage implements Stage<FrameSlot> {
    private final DetectorSwitch detectors;
    private final Clock clock;
    private final StageFailures failures;
    private final PartDecoder decoder = new PartDecoder();
    private final FrameRows.RowReader read = this::read;
    private InferenceException laneFailure;
    private long inferredNs;

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
        slot.rows.readAll(slot, read);
        if (slot.rows.failure() != null) {
            failures.ofFrame(slot, slot.rows.failure());
        }
        end(slot);
    }

    private void read(FrameSlot slot, Row row) throws InterruptedException {
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
        decoder.begin(row.detector, row.parts, slot.source.classes(row.detector.model()), slot.detections);
    }

    private void decode(FrameSlot slot, Row row) {
        try {
            decoder.add(row.part, row.lane, row.index, row.crop);
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
