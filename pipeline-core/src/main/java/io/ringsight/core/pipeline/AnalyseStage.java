package io.ringsight.core.pipeline;

import io.ringsight.core.analyse.SharedAnalysis;
import io.ringsight.core.analyse.SourceAnalysis;
import io.ringsight.core.analyse.verdict.PartWatch;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.ring.Stage;

/** Has each source's analysis see its frames, in their order, between Collect and Publish. */
final class AnalyseStage implements Stage<FrameSlot> {
    private final StageFailures failures;
    private final SharedAnalysis shared;

    AnalyseStage(SharedAnalysis shared, StageFailures failures) {
        this.shared = shared;
        this.failures = failures;
    }

    @Override
    public String name() {
        return "ringsight-analyse";
    }

    /** One: a frame analysed is passed on at once. */
    @Override
    public int maxBatch() {
        return 1;
    }

    @Override
    public void onSlot(FrameSlot slot) {
        analyse(slot);
        PartWatch parts = slot.source.parts();
        if (parts != null) {
            note(slot, parts);
        }
    }

    /** What cannot be noted is missed, and what is missed makes the parts unknown that it may show. */
    private void note(FrameSlot slot, PartWatch parts) {
        try {
            boolean noted = slot.gap != null
                    ? parts.gap(
                            slot.frameSeq, slot.gap.reason(), slot.gap.sinceUtcNs(), slot.gap.untilUtcNs(), slot.losses)
                    : slot.computed
                            ? parts.frame(slot, slot.losses)
                            : parts.lost(slot.frameSeq, slot.failure, slot.picture, slot.losses);
            slot.source.metrics().count(Counter.PART_FRAMES_MISSED, noted ? 0 : 1);
        } catch (RuntimeException | Error e) {
            failures.ofAnalysis(slot, e);
        }
    }

    private void analyse(FrameSlot slot) {
        SourceAnalysis analysis = slot.source.analysis();
        if (analysis == null) {
            return;
        }
        if (slot.gap != null) {
            gap(slot, analysis);
        } else if (slot.computed) {
            analyse(slot, analysis);
        } else {
            analysis.missed();
        }
    }

    private static void gap(FrameSlot slot, SourceAnalysis analysis) {
        GapReason reason = slot.gap.reason();
        if (!reason.isSuspicion()) {
            analysis.interrupted();
        }
        if (reason == GapReason.MOVED && slot.gap.untilUtcNs() == Picture.UNKNOWN) {
            analysis.moved(slot.gap.detail(), slot.gap.sinceUtcNs(), slot.decisions);
        }
        if (reason == GapReason.ENDED || reason == GapReason.STOPPED) {
            analysis.ended(slot.decisions);
        }
    }

    /** What was found stands, whatever becomes of what is made of it. */
    private void analyse(FrameSlot slot, SourceAnalysis analysis) {
        try {
            analysis.frame(slot, shared, slot.decisions);
        } catch (RuntimeException | Error e) {
            analysis.reset(slot.decisions);
            slot.detections.clearTracks();
            failures.ofAnalysis(slot, e);
        }
    }
}
