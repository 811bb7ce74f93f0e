package io.ringsight.core.pipeline;

import io.ringsight.core.analyse.SharedAnalysis;
import io.ringsight.core.analyse.SourceAnalysis;
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
        SourceAnalysis analysis = slot.source.analysis();
        if (analysis == null) {
            return;
        }
        if (slot.gap != null) {
            if (!slot.gap.reason().isSuspicion()) {
                analysis.interrupted();
            }
        } else if (slot.computed) {
            analyse(slot, analysis);
        } else {
            analysis.missed();
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
