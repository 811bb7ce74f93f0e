package io.ringsight.sinks.verdict;

import io.ringsight.core.decision.Doubt;
import io.ringsight.core.decision.Grade;
import io.ringsight.core.decision.Recipe;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.SourceId;
import io.ringsight.sinks.Sample;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Verdicts as a line could give them. */
public final class SampleVerdicts {
    private SampleVerdicts() {}

    /** One with everything. */
    public static Verdict full(long number, String partId) {
        FrameLosses losses = new FrameLosses();
        losses.add(GapReason.OVERLOAD, 2);
        return new Verdict(
                new SourceId("line1"),
                number,
                new Verdict.Part(partId, new Recipe("R 1", "7"), Sample.NOW_UTC_NS),
                new Verdict.Judgement(
                        Grade.UNKNOWN,
                        Set.of(Doubt.FRAME_LOST, Doubt.GAP),
                        List.of(new Verdict.Board("left", Grade.UNKNOWN))),
                List.of(new Verdict.Defect(
                        "short", 0.75f, Grade.REJECT, new Verdict.Place(0.25, 0.5, 0.1, 0.2), Optional.of("left"), 3)),
                new Verdict.Seen(List.of(7L, 8L), losses, Set.of(GapReason.STALLED), Optional.of(Sample.MODEL)),
                timing());
    }

    /** One that passes. */
    public static Verdict pass(long number, String partId) {
        return pass("line1", number, partId);
    }

    /** One of a source that passes. */
    public static Verdict pass(String sourceId, long number, String partId) {
        return new Verdict(
                new SourceId(sourceId),
                number,
                new Verdict.Part(partId, Recipe.NONE, Sample.NOW_UTC_NS),
                new Verdict.Judgement(Grade.PASS, Set.of(), List.of()),
                List.of(),
                new Verdict.Seen(List.of(7L), new FrameLosses(), Set.of(), Optional.of(Sample.MODEL)),
                timing());
    }

    private static Verdict.Timing timing() {
        return new Verdict.Timing(
                Sample.NOW_UTC_NS, Sample.NOW_UTC_NS + 1_000_000, Sample.NOW_UTC_NS, Sample.NOW_UTC_NS, 12_500_000);
    }
}
