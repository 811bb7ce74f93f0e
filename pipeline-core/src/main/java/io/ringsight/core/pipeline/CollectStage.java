package io.ringsight.core.pipeline;

import io.ringsight.core.detect.OutputException;
import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.ring.Stage;
import io.ringsight.core.time.Clock;

/**
 * Waits for the lanes in the order they were launched, decodes each row into its slot as the slot's detector wants it, and
 * frees the lane.
 */
final class CollectStage implements Stage<FrameSlot> {
    private final DetectorSwitch detectors;
    private final Clock clock;
    private final StageFailures failures;
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
        Lane lane = slot.lane;
        if (lane == null) {
            return;
        }
        if (slot.row == 0) {
            await(slot.detector, lane);
        }
        decode(slot, lane);
    }

    /**
     * Also after an Error: Dispatch waits for the lane. A slot whose launch was refused has none: Dispatch gave it back, and
     * a lane that is freed twice is loaded again before its results are read.
     */
    @Override
    public void afterSlot(FrameSlot slot, boolean endOfBatch) {
        if (slot.lane != null && slot.lastOfLane) {
            slot.detector.giveBack(slot.lane);
        }
    }

    private void await(Detector detector, Lane lane) throws InterruptedException {
        laneFailure = null;
        try {
            lane.await();
        } catch (RuntimeException | Error e) {
            laneFailure = detectors.outcome(detector, failures.asInferenceException("inference failed", e));
        }
        inferredNs = clock.nanoTime();
    }

    private void decode(FrameSlot slot, Lane lane) {
        slot.timings.inferred(inferredNs);
        if (laneFailure != null) {
            failures.ofFrame(slot, laneFailure);
            return;
        }
        try {
            slot.makeRoom();
            Detector detector = slot.detector;
            slot.detections.only(slot.source.classes(detector.model()));
            detector.decoder().decode(lane.output(), slot.row, detector.threshold(), slot.detections);
            lane.letterbox(slot.row).toSource(slot.detections);
        } catch (OutputException e) {
            slot.detections.clear();
            failures.ofOutput(slot, e);
            return;
        } catch (RuntimeException | Error e) {
            slot.detections.clear();
            failures.ofFrame(slot, failures.asInferenceException("decoding failed", e));
            return;
        }
        slot.computed = true;
        slot.source.metrics().count(Counter.DETECTIONS_UNWANTED, slot.detections.unwanted());
        if (slot.detections.invalid() > 0 || slot.detections.isCut()) {
            failures.ofDetections(slot);
        }
    }
}
