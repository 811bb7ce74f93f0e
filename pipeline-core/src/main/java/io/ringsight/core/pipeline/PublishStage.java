package io.ringsight.core.pipeline;

import io.ringsight.core.analyse.verdict.PartWatch;
import io.ringsight.core.decision.Decision;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.metrics.StageTime;
import io.ringsight.core.pipeline.SourceIntake.PublishedSoFar;
import io.ringsight.core.ring.Stage;
import io.ringsight.core.time.Clock;
import io.ringsight.core.time.FrameTimings;
import java.util.List;

/**
 * Hands frames and gaps to the sinks, closes each source's account (what is not in a message is in the losses of the
 * next one), and gives picture and credit back.
 */
final class PublishStage implements Stage<FrameSlot> {
    private final List<ResultSink> sinks;
    private final Clock clock;
    private final StageFailures failures;
    /** The losses of the slot itself, without what a sink is owed. */
    private final FrameLosses own = new FrameLosses();

    private volatile Shadow shadow;

    PublishStage(List<ResultSink> sinks, Clock clock, StageFailures failures) {
        this.sinks = List.copyOf(sinks);
        this.clock = clock;
        this.failures = failures;
    }

    @Override
    public String name() {
        return "ringsight-publish";
    }

    /** One: the source's credit comes back as soon as its frame is through. */
    @Override
    public int maxBatch() {
        return 1;
    }

    @Override
    public void onSlot(FrameSlot slot) throws InterruptedException {
        PublishedSoFar account = slot.source.published;
        slot.losses.addAll(account.pending);
        account.pending.clear();
        slot.prevFrameSeq = account.frameSeq;
        failIfNotComputed(slot);
        addUncounted(slot);
        if (slot.failure != null) {
            account.pending.addAll(slot.losses);
            account.pending.add(slot.failure, 1);
            return;
        }
        if (slot.gap != null) {
            publishGap(slot);
        } else {
            publishFrame(slot);
        }
        publishDecisions(slot);
    }

    /** Also after an Error: the source waits for its credit. */
    @Override
    public void afterSlot(FrameSlot slot, boolean endOfBatch) {
        PartWatch parts = slot.source.parts();
        if (parts != null) {
            parts.published(slot.source.published.frameSeq);
        }
        try {
            Shadow at = shadow;
            if (at != null && slot.computed) {
                at.offer(slot);
            }
        } finally {
            slot.giveBack();
        }
    }

    /** Who computes some of the published frames once more, or null. Any thread. */
    void shadow(Shadow other) {
        shadow = other;
    }

    /** An Error may have thrown a stage out of a frame. That nothing was found in it would be a lie. */
    private void failIfNotComputed(FrameSlot slot) {
        if (slot.gap == null && slot.failure == null && !slot.computed) {
            slot.failure = GapReason.INFERENCE_FAILED;
            slot.source.metrics().lost(GapReason.INFERENCE_FAILED, 1);
        }
    }

    /** An Error may have thrown this stage out of an earlier slot. The numbers tell how many frames nobody counted. */
    private static void addUncounted(FrameSlot slot) {
        long ownFrame = slot.gap == null ? 1 : 0;
        int uncounted = (int) (slot.frameSeq - ownFrame - slot.prevFrameSeq - slot.losses.total());
        if (uncounted > 0) {
            slot.losses.add(GapReason.NOT_PUBLISHED, uncounted);
            slot.source.metrics().lost(GapReason.NOT_PUBLISHED, uncounted);
        }
    }

    private void publishFrame(FrameSlot slot) throws InterruptedException {
        SourceMetrics metrics = slot.source.metrics();
        long nowNs = clock.nanoTime();
        slot.timings.published(nowNs);
        metrics.lastFrameNs(nowNs);
        record(metrics, slot.timings);
        if (!handOver(slot)) {
            metrics.lost(GapReason.NOT_PUBLISHED, 1);
            return;
        }
        metrics.count(Counter.FRAMES_PUBLISHED);
        if (slot.suspicion != null) {
            metrics.count(Counter.FRAMES_SUSPECT);
        }
        metrics.count(Counter.DETECTIONS, slot.detections.size());
    }

    private void publishDecisions(FrameSlot slot) throws InterruptedException {
        for (int i = 0; i < slot.decisions.size(); i++) {
            Decision decision = slot.decisions.get(i);
            slot.source.metrics().count(Counter.DECISIONS);
            for (int sink = 0; sink < sinks.size(); sink++) {
                handOver(slot, decision, sinks.get(sink));
            }
        }
    }

    private void handOver(FrameSlot slot, Decision decision, ResultSink sink) throws InterruptedException {
        try {
            sink.decision(decision, slot.source.published.frameSeq, slot.source.lossless());
        } catch (RuntimeException | Error e) {
            failures.ofSink(slot, e);
        }
    }

    private static void record(SourceMetrics metrics, FrameTimings timings) {
        metrics.recordLatencyNs(timings.latencyNs());
        metrics.recordStageNs(StageTime.DECODE, timings.decodeNs());
        metrics.recordStageNs(StageTime.QUEUE, timings.queueNs());
        metrics.recordStageNs(StageTime.PREPROCESS, timings.preprocessNs());
        metrics.recordStageNs(StageTime.INFER, timings.inferNs());
        metrics.recordStageNs(StageTime.POST, timings.postNs());
    }

    private void publishGap(FrameSlot slot) throws InterruptedException {
        slot.source.metrics().count(Counter.GAPS);
        handOver(slot);
    }

    /** Returns whether all sinks took it. */
    private boolean handOver(FrameSlot slot) throws InterruptedException {
        slot.source.published.frameSeq = slot.frameSeq;
        boolean all = true;
        for (int i = 0; i < sinks.size(); i++) {
            all &= handOver(slot, i);
        }
        return all;
    }

    /** What a sink fails to take is counted in the next message it takes. */
    private boolean handOver(FrameSlot slot, int sink) throws InterruptedException {
        PublishedSoFar account = slot.source.published;
        long prevFrameSeq = slot.prevFrameSeq;
        own.moveFrom(slot.losses);
        try {
            slot.losses.addAll(own);
            slot.prevFrameSeq = account.owe(sink, slot.losses, prevFrameSeq);
            give(slot, sinks.get(sink));
            account.paid(sink);
            return true;
        } catch (RuntimeException | Error e) {
            account.owes(sink, own, slot.gap == null, prevFrameSeq);
            failures.ofSink(slot, e);
            return false;
        } finally {
            slot.prevFrameSeq = prevFrameSeq;
            slot.losses.clear();
            slot.losses.addAll(own);
        }
    }

    private static void give(FrameSlot slot, ResultSink sink) throws InterruptedException {
        if (slot.gap == null) {
            sink.frame(slot, slot.source.lossless());
            return;
        }
        FrameSlot.GapEvent event = slot.gap;
        Gap gap = new Gap(
                slot.sourceId(),
                event.gapSeq(),
                event.reason(),
                event.detail(),
                slot.frameSeq,
                slot.prevFrameSeq,
                slot.losses,
                new Gap.Span(event.sinceUtcNs(), event.untilUtcNs()));
        sink.gap(gap, slot.source.lossless());
    }
}
