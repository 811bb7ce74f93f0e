package io.ringsight.sinks;

import io.ringsight.client.Coverage;
import io.ringsight.client.Identity;
import io.ringsight.client.VerdictMessage;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.GapReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A verdict as consumers see it. */
final class TypedVerdict {
    private static final int PLACE_DECIMALS = 4;
    private static final int MS_DECIMALS = 3;
    private static final double NS_PER_MS = 1e6;

    private TypedVerdict() {}

    /** @param evidence where pictures of it are, or null */
    static VerdictMessage of(Verdict verdict, Identity identity, Coverage coverage, String evidence, Instant now) {
        return new VerdictMessage(
                identity,
                coverage,
                part(verdict.part()),
                judgement(verdict.judgement()),
                verdict.defects().stream().map(TypedVerdict::defect).toList(),
                seen(verdict.seen(), evidence),
                timing(verdict.timing()),
                now);
    }

    private static Optional<String> unlessEmpty(String text) {
        return Optional.ofNullable(text).filter(said -> !said.isEmpty());
    }

    private static VerdictMessage.Part part(Verdict.Part part) {
        return new VerdictMessage.Part(
                part.id(),
                unlessEmpty(part.recipe().name()),
                unlessEmpty(part.recipe().revision()),
                DecisionMessages.instant(part.atUtcNs()));
    }

    private static VerdictMessage.Judgement judgement(Verdict.Judgement judgement) {
        return new VerdictMessage.Judgement(
                judgement.grade().wireName(),
                judgement.doubts().stream()
                        .sorted()
                        .map(doubt -> doubt.wireName())
                        .toList(),
                judgement.boards().stream()
                        .map(board -> new VerdictMessage.Board(
                                board.name(), board.grade().wireName()))
                        .toList());
    }

    private static VerdictMessage.Defect defect(Verdict.Defect defect) {
        Verdict.Place place = defect.place();
        return new VerdictMessage.Defect(
                defect.label(),
                DecisionMessages.rounded(defect.confidence(), MessageJson.CONFIDENCE_DECIMALS),
                defect.grade().wireName(),
                new VerdictMessage.Place(
                        DecisionMessages.rounded(place.centerX(), PLACE_DECIMALS),
                        DecisionMessages.rounded(place.centerY(), PLACE_DECIMALS),
                        DecisionMessages.rounded(place.width(), PLACE_DECIMALS),
                        DecisionMessages.rounded(place.height(), PLACE_DECIMALS)),
                defect.board().filter(board -> !board.isEmpty()),
                defect.frames());
    }

    private static VerdictMessage.Seen seen(Verdict.Seen seen, String evidence) {
        return new VerdictMessage.Seen(
                seen.frames(),
                missing(seen),
                seen.model()
                        .map(model -> new VerdictMessage.Model(
                                model.name(), model.version(), model.weights().sha256())),
                unlessEmpty(evidence));
    }

    /** Frames that were left out as asked for are not missed. */
    private static List<VerdictMessage.Missing> missing(Verdict.Seen seen) {
        List<VerdictMessage.Missing> missing = new ArrayList<>();
        for (GapReason reason : GapReason.values()) {
            int frames = seen.losses().count(reason);
            if (frames > 0 && reason != GapReason.RATE_LIMIT) {
                missing.add(new VerdictMessage.Missing(reason.wireName(), OptionalLong.of(frames)));
            }
        }
        seen.gaps().stream()
                .sorted()
                .forEach(gap -> missing.add(new VerdictMessage.Missing(gap.wireName(), OptionalLong.empty())));
        return missing;
    }

    private static VerdictMessage.Timing timing(Verdict.Timing timing) {
        return new VerdictMessage.Timing(
                DecisionMessages.instant(timing.fromUtcNs()),
                DecisionMessages.instant(timing.toUtcNs()),
                DecisionMessages.instant(timing.decidedUtcNs()),
                DecisionMessages.rounded(timing.tookNs() / NS_PER_MS, MS_DECIMALS));
    }
}
