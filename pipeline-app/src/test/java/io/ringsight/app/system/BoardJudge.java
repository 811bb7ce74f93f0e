package io.ringsight.app.system;

import io.ringsight.client.FrameMessage;
import io.ringsight.client.GapMessage;
import io.ringsight.client.Message;
import io.ringsight.client.VerdictMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Judges the verdicts of a line by the messages of its frames and gaps and by what the parts truly are, without the code that
 * made the verdicts.
 */
final class BoardJudge {
    /** What alone may make a part unknown whose frames are all there. */
    private static final Set<String> NOT_OF_FRAMES =
            Set.of("deadline", "down", "stopped", "too-many-parts", "not-durable");

    private static final Instant FOREVER = Instant.MAX;

    /** A span of time; its ends belong to it. */
    record Span(Instant from, Instant to) {
        boolean meets(Instant earliest, Instant latest) {
            return !from.isAfter(latest) && !to.isBefore(earliest);
        }

        boolean holds(Instant earliest, Instant latest) {
            return !earliest.isBefore(from) && !latest.isAfter(to);
        }
    }

    /** A frame of known time. */
    private record Seen(Span taken, boolean isBad) {}

    /** What one run of the daemon told: its frames, and spans of which nobody saw everything. */
    private static final class Run {
        private final List<Seen> frames = new ArrayList<>();
        private final List<Span> holes = new ArrayList<>();
        private boolean isHole = true;
        private Instant known = Instant.MIN;

        private void add(Message message) {
            if (message instanceof GapMessage) {
                isHole = true;
            } else if (message instanceof FrameMessage frame) {
                add(frame);
            }
        }

        private void add(FrameMessage frame) {
            isHole |= frame.coverage().lost() > 0;
            if (frame.times().capture().utc().isEmpty()
                    || frame.times().capture().uncertaintyUs().isEmpty()) {
                isHole = true;
                return;
            }
            Instant utc = frame.times().capture().utc().get();
            Duration uncertainty = Duration.ofNanos(
                    1_000 * frame.times().capture().uncertaintyUs().getAsLong());
            Span taken = new Span(utc.minus(uncertainty), utc.plus(uncertainty));
            if (isHole || frame.suspect().isPresent()) {
                holes.add(new Span(known, taken.to()));
            }
            isHole = frame.suspect().isPresent();
            known = taken.from();
            frames.add(new Seen(taken, !frame.objects().isEmpty()));
        }

        /** Why a part with this window may be unknown; empty if nothing is missing. */
        private String doubt(Span window, int minFrames) {
            long inside = frames.stream()
                    .filter(frame -> window.holds(frame.taken.from(), frame.taken.to()))
                    .count();
            boolean isTorn = frames.stream()
                    .anyMatch(frame -> frame.isBad
                            && window.meets(frame.taken.from(), frame.taken.to())
                            && !window.holds(frame.taken.from(), frame.taken.to()));
            boolean isAtEnd = isHole && new Span(known, FOREVER).meets(window.from(), window.to());
            return isAtEnd || holes.stream().anyMatch(hole -> hole.meets(window.from(), window.to()))
                    ? "a gap"
                    : inside < minFrames ? inside + " frames" : isTorn ? "a defect at the edge of its window" : "";
        }

        /** Whether frames may have been seen in the window of which no message came: the run was killed. */
        private boolean isCutBefore(Instant end) {
            return !known.isAfter(end);
        }
    }

    /**
     * What is to be judged.
     *
     * @param grade of a part by its id, as it truly is
     * @param announced parts that the daemon said it will judge
     * @param minFrames of a part
     * @param deadline of a verdict
     * @param blind spans in which certainly no frame was taken, or nobody looked
     */
    record Truth(
            Function<String, String> grade,
            Set<String> announced,
            int minFrames,
            Duration deadline,
            List<Span> blind) {}

    private final Truth truth;
    private final Map<String, Run> runs = new HashMap<>();
    private final Map<String, VerdictMessage> byPart = new HashMap<>();
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private double maxTookMs;
    private int late;

    private BoardJudge(Truth truth) {
        this.truth = truth;
    }

    /** Judges all messages of one source in their order. */
    static BoardJudge of(List<Message> messages, Truth truth) {
        BoardJudge judge = new BoardJudge(truth);
        for (Message message : messages) {
            if (message instanceof VerdictMessage verdict) {
                judge.keep(verdict);
            } else {
                judge.runs
                        .computeIfAbsent(message.identity().streamEpoch(), epoch -> new Run())
                        .add(message);
            }
        }
        truth.announced.stream()
                .filter(part -> !judge.byPart.containsKey(part))
                .forEach(part -> judge.problems.add(part + ": no verdict"));
        judge.byPart.values().forEach(judge::judge);
        return judge;
    }

    private void keep(VerdictMessage verdict) {
        VerdictMessage before = byPart.putIfAbsent(verdict.part().id(), verdict);
        if (before != null && !before.equals(verdict)) {
            problems.add("two verdicts on one part: " + before + " and " + verdict);
        }
    }

    private void judge(VerdictMessage verdict) {
        String grade = verdict.judgement().grade();
        counts.merge(grade, 1, Integer::sum);
        maxTookMs = Math.max(maxTookMs, verdict.timing().tookMs());
        boolean isLate = verdict.timing().tookMs() > truth.deadline.toMillis();
        late += isLate ? 1 : 0;
        if (grade.equals("unknown")) {
            unknown(verdict);
            return;
        }
        if (isLate) {
            problems.add("late, and not unknown: " + verdict);
        }
        if (!grade.equals(truth.grade.apply(verdict.part().id()))) {
            problems.add("truly " + truth.grade.apply(verdict.part().id()) + ": " + verdict);
        }
        known(verdict);
    }

    private void known(VerdictMessage verdict) {
        Span window = new Span(verdict.timing().from(), verdict.timing().to());
        if (truth.blind.stream().anyMatch(span -> span.holds(window.from(), window.to()))) {
            problems.add("nobody looked: " + verdict);
        }
        Run run = runs.getOrDefault(verdict.identity().streamEpoch(), new Run());
        String doubt = run.doubt(window, truth.minFrames);
        if (!doubt.isEmpty() && !run.isCutBefore(window.to())) {
            problems.add("not unknown in spite of " + doubt + ": " + verdict);
        }
    }

    private void unknown(VerdictMessage verdict) {
        List<String> reasons = verdict.judgement().reasons();
        counts.merge("unknown: " + String.join(", ", reasons), 1, Integer::sum);
        Span window = new Span(verdict.timing().from(), verdict.timing().to());
        Run run = runs.getOrDefault(verdict.identity().streamEpoch(), new Run());
        boolean isExplained = !run.doubt(window, truth.minFrames).isEmpty() || run.isCutBefore(window.to());
        if (!isExplained && reasons.stream().noneMatch(NOT_OF_FRAMES::contains)) {
            problems.add("unknown, and nothing is missing: " + verdict);
        }
    }

    /** What is wrong; nothing if all is as promised. */
    List<String> problems() {
        return problems;
    }

    /** How many verdicts of a grade there are. */
    int count(String grade) {
        return counts.getOrDefault(grade, 0);
    }

    /** Verdicts made after the deadline. */
    int late() {
        return late;
    }

    @Override
    public String toString() {
        return "%d parts announced, %d verdicts %s, slowest after %.0f ms, %d late, %d problems"
                .formatted(truth.announced.size(), byPart.size(), counts, maxTookMs, late, problems.size());
    }
}
