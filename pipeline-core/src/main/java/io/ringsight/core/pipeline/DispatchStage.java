package io.ringsight.core.pipeline;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.ring.Stage;
import io.ringsight.core.time.Clock;
import java.util.List;

/**
 * Loads pictures into the rows of the next free lane and launches it at the end of each batch. Waits for a lane, never
 * for a result: while one lane computes, the next is loaded.
 */
final class DispatchStage implements Stage<FrameSlot> {
    private final List<Lane> lanes;
    private final int maxBatch;
    private final Credits freeLanes;
    private final Clock clock;
    private final Failures failures;
    private final FrameSlot[] rows;
    private int nextLane;
    private Lane lane;
    private int loaded;

    /** @param freeLanes one credit a lane; Collect gives it back when it has taken the lane's results */
    DispatchStage(List<Lane> lanes, int maxBatch, Credits freeLanes, Clock clock, Failures failures) {
        this.lanes = List.copyOf(lanes);
        this.maxBatch = maxBatch;
        this.freeLanes = freeLanes;
        this.clock = clock;
        this.failures = failures;
        rows = new FrameSlot[maxBatch];
    }

    @Override
    public String name() {
        return "ringsight-dispatch";
    }

    @Override
    public int maxBatch() {
        return maxBatch;
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
        if (loaded > 0 && (endOfBatch || loaded == maxBatch)) {
            launch();
        }
    }

    private void takeLane() throws InterruptedException {
        if (lane == null) {
            freeLanes.take();
            lane = lanes.get(nextLane);
            nextLane = nextLane + 1 == lanes.size() ? 0 : nextLane + 1;
        }
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
            failures.ofFrame(slot, failures.asInferenceException("preprocessing failed", e));
            return;
        }
        slot.timings.loaded(startNs, clock.nanoTime());
        slot.lane = lane;
        slot.row = loaded;
        rows[loaded++] = slot;
    }

    private void launch() {
        long nowNs = clock.nanoTime();
        for (int i = 0; i < loaded; i++) {
            rows[i].timings.launched(nowNs);
        }
        rows[loaded - 1].lastOfLane = true;
        int count = loaded;
        loaded = 0;
        Lane launched = lane;
        lane = null;
        try {
            launched.launch(count);
        } catch (RuntimeException | Error e) {
            giveUp(launched, count, e);
        }
    }

    /** A lane that could not be launched has no results to wait for: its frames are lost, itself is used next. */
    private void giveUp(Lane refused, int count, Throwable e) {
        InferenceException cause = failures.asInferenceException("launching failed", e);
        for (int i = 0; i < count; i++) {
            rows[i].lane = null;
            failures.ofFrame(rows[i], cause);
        }
        lane = refused;
    }
}
