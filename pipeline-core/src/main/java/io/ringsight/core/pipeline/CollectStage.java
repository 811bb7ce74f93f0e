package io.ringsight.core.pipeline;

import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.ring.Stage;
import io.ringsight.core.time.Clock;

/** Waits for the lanes in the order they were launched, decodes each row into its slot, and frees the lane. */
final class CollectStage implements Stage<FrameSlot> {
    private final DetectionDecoder decoder;
    private final float threshold;
    private final Credits freeLanes;
    private final Clock clock;
    private final Failures failures;
    private InferenceException laneFailure;
    private long inferredNs;

    CollectStage(DetectionDecoder decoder, float threshold, Credits freeLanes, Clock clock, Failures failures) {
        this.decoder = decoder;
        this.threshold = threshold;
        this.freeLanes = freeLanes;
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
    public void onSlot(FrameSlot slot, boolean endOfBatch) throws InterruptedException {
        Lane lane = slot.lane;
        if (lane == null) {
            return;
        }
        if (slot.row == 0) {
            await(lane);
        }
        decode(slot, lane);
        if (slot.lastOfLane) {
            freeLanes.giveBack();
        }
    }

    private void await(Lane lane) throws InterruptedException {
        laneFailure = null;
        try {
            lane.await();
        } catch (RuntimeException e) {
            laneFailure = failures.asInferenceException("inference failed", e);
        }
        inferredNs = clock.nanoTime();
    }

    private void decode(FrameSlot slot, Lane lane) {
        slot.timings.inferred(inferredNs);
        if (laneFailure != null) {
            failures.ofFrame(slot, laneFailure);
            return;
        }
        slot.backend = lane.backend();
        try {
            decoder.decode(lane.output(), slot.row, threshold, slot.detections);
            lane.letterbox(slot.row).toSource(slot.detections);
        } catch (RuntimeException e) {
            failures.ofFrame(slot, failures.asInferenceException("decoding failed", e));
        }
    }
}
