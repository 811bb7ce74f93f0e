package io.ringsight.core.pipeline;

import io.ringsight.core.frame.Gap;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.SourceIntake.PublishedSoFar;
import io.ringsight.core.ring.Stage;
import io.ringsight.core.time.Clock;
import java.util.List;

/**
 * Hands frames and gaps to the sinks, closes each source's account (what is not in a message is in the losses of the
 * next one), and gives picture and credit back.
 */
final class PublishStage implements Stage<FrameSlot> {
    private final List<ResultSink> sinks;
    private final Clock clock;
    private final Failures failures;

    PublishStage(List<ResultSink> sinks, Clock clock, Failures failures) {
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
    public void onSlot(FrameSlot slot, boolean endOfBatch) throws InterruptedException {
        try {
            publish(slot);
        } finally {
            if (slot.picture != null) {
                slot.picture.release();
                slot.picture = null;
                slot.source.giveCreditBack();
            }
        }
    }

    private void publish(FrameSlot slot) throws InterruptedException {
        PublishedSoFar account = slot.source.published;
        slot.losses.addAll(account.pending);
        account.pending.clear();
        slot.prevFrameSeq = account.frameSeq;
        if (slot.failure != null) {
            account.pending.addAll(slot.losses);
            account.pending.add(slot.failure, 1);
            return;
        }
        account.frameSeq = slot.frameSeq;
        if (slot.gap != null) {
            publishGap(slot);
        } else {
            publishFrame(slot);
        }
    }

    private void publishFrame(FrameSlot slot) throws InterruptedException {
        SourceMetrics metrics = slot.source.metrics();
        long nowNs = clock.nanoTime();
        slot.timings.published(nowNs);
        metrics.lastFrameNs(nowNs);
        metrics.recordLatencyNs(slot.timings.latencyNs());
        metrics.count(Counter.FRAMES_PUBLISHED);
        if (slot.suspicion != null) {
            metrics.count(Counter.FRAMES_SUSPECT);
        }
        metrics.count(Counter.DETECTIONS, slot.detections.size());
        for (int i = 0; i < sinks.size(); i++) {
            try {
                sinks.get(i).frame(slot, slot.source.lossless());
            } catch (RuntimeException e) {
                failures.ofSink(slot, e);
            }
        }
    }

    private void publishGap(FrameSlot slot) throws InterruptedException {
        GapEvent event = slot.gap;
        Gap gap = new Gap(
                slot.sourceId(),
                event.gapSeq(),
                event.reason(),
                event.detail(),
                slot.frameSeq,
                slot.prevFrameSeq,
                slot.losses,
                event.sinceUtcNs(),
                event.untilUtcNs());
        slot.source.metrics().count(Counter.GAPS);
        for (int i = 0; i < sinks.size(); i++) {
            try {
                sinks.get(i).gap(gap, slot.source.lossless());
            } catch (RuntimeException e) {
                failures.ofSink(slot, e);
            }
        }
    }
}
