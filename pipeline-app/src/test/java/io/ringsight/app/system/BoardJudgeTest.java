package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.system.BoardJudge.Span;
import io.ringsight.client.CaptureTime;
import io.ringsight.client.Coverage;
import io.ringsight.client.FrameMessage;
import io.ringsight.client.FrameTimes;
import io.ringsight.client.GapMessage;
import io.ringsight.client.Identity;
import io.ringsight.client.Message;
import io.ringsight.client.ModelIdentity;
import io.ringsight.client.PictureSize;
import io.ringsight.client.VerdictMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who judges the line finds each thing that must not be; parts are a second long, and frames come each 250 ms. */
class BoardJudgeTest {
    private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");

    private final List<Message> messages = new ArrayList<>();
    private final List<Span> blind = new ArrayList<>();
    private long frameSeq;

    private static Instant at(long ms) {
        return START.plusMillis(ms);
    }

    private Identity identity(String id) {
        return new Identity("1.0", id, "line", Optional.empty(), "E1");
    }

    private void frame(long ms, long lostBefore) {
        long before = frameSeq;
        frameSeq += lostBefore + 1;
        messages.add(new FrameMessage(
                identity("f" + frameSeq),
                new Coverage(before, frameSeq, lostBefore == 0 ? Map.of() : Map.of("overload", lostBefore), false),
                new FrameTimes(
                        OptionalLong.empty(),
                        new CaptureTime(Optional.of(at(ms)), "device", OptionalLong.of(1_000)),
                        new FrameTimes.Stages(0, 0, 0, 0, 0),
                        at(ms)),
                new PictureSize(64, 64),
                new ModelIdentity("m", "1", "0", "cpu", "fp32"),
                Optional.empty(),
                new FrameMessage.Notes(Map.of(), Optional.empty()),
                List.of()));
    }

    private void frames(long fromMs, long toMs) {
        for (long ms = fromMs; ms <= toMs; ms += 250) {
            frame(ms, 0);
        }
    }

    private void gap(long ms) {
        messages.add(new GapMessage(
                identity("g" + ms),
                new Coverage(frameSeq, frameSeq, Map.of(), false),
                "stalled",
                Optional.empty(),
                new GapMessage.Span(at(ms), Optional.empty()),
                at(ms)));
    }

    private void verdict(String part, String id, String grade, double tookMs, String... reasons) {
        messages.add(new VerdictMessage(
                identity(id),
                new Coverage(frameSeq, frameSeq, Map.of(), false),
                new VerdictMessage.Part(part, Optional.empty(), Optional.empty(), at(1_000)),
                new VerdictMessage.Judgement(grade, List.of(reasons), List.of()),
                List.of(),
                new VerdictMessage.Seen(List.of(), List.of(), Optional.empty(), Optional.empty()),
                new VerdictMessage.Timing(at(1_000), at(2_000), at(2_100), tookMs),
                at(2_100)));
    }

    private List<String> problems() {
        return BoardJudge.of(
                        messages,
                        new BoardJudge.Truth(
                                part -> part.equals("good") ? "pass" : "reject",
                                Set.of("good"),
                                3,
                                Duration.ofMillis(2_000),
                                blind))
                .problems();
    }

    private void assertProblem(String what) {
        assertThat(problems()).singleElement().asString().contains(what);
    }

    @Test
    void aTrueVerdictAlsoTwiceIsNoProblem() {
        frames(0, 3_000);
        verdict("good", "v1", "pass", 1_100);
        verdict("good", "v1", "pass", 1_100);
        assertThat(problems()).isEmpty();
    }

    @Test
    void twoVerdictsOnOnePartAreOneTooMany() {
        frames(0, 3_000);
        verdict("good", "v1", "pass", 1_100);
        verdict("good", "v2", "pass", 1_100);
        assertProblem("two verdicts");
    }

    @Test
    void aPartWithoutAVerdictIsFound() {
        frames(0, 3_000);
        assertProblem("good: no verdict");
    }

    @Test
    void aDefectThatPassesIsFound() {
        frames(0, 3_000);
        verdict("good", "v1", "pass", 1_100);
        verdict("bad", "v2", "pass", 1_100);
        assertProblem("truly reject");
    }

    @Test
    void aGradeInSpiteOfALostFrameIsFound() {
        frames(0, 1_250);
        frame(1_750, 1);
        frames(2_000, 3_000);
        verdict("good", "v1", "pass", 1_100);
        assertProblem("in spite of a gap");
    }

    @Test
    void aGradeInSpiteOfAnOutageIsFound() {
        frames(0, 1_500);
        gap(1_600);
        frames(1_750, 3_000);
        verdict("good", "v1", "pass", 1_100);
        assertProblem("in spite of a gap");
    }

    @Test
    void aGradeOfTooFewFramesIsFound() {
        frame(500, 0);
        frame(1_200, 0);
        frames(2_500, 3_000);
        verdict("good", "v1", "pass", 1_100);
        assertProblem("in spite of 1 frames");
    }

    @Test
    void aGradeWhileNobodyLookedIsFound() {
        frames(0, 3_000);
        blind.add(new Span(at(900), at(2_100)));
        verdict("good", "v1", "pass", 1_100);
        assertProblem("nobody looked");
    }

    @Test
    void aGradeBehindTheDeadlineIsFound() {
        frames(0, 3_000);
        verdict("good", "v1", "pass", 2_001);
        assertProblem("late");
    }

    @Test
    void unknownWithoutACauseIsFound() {
        frames(0, 3_000);
        verdict("good", "v1", "unknown", 1_100, "gap");
        assertProblem("nothing is missing");
    }

    @Test
    void unknownOfALostFrameOrOfARunThatDiedIsNoProblem() {
        frames(0, 1_250);
        frame(1_750, 1);
        frames(2_000, 3_000);
        verdict("good", "v1", "unknown", 1_100, "frame-lost");
        assertThat(problems()).isEmpty();
        messages.clear();
        frames(0, 3_000);
        verdict("good", "v1", "unknown", 1_100, "down");
        assertThat(problems()).isEmpty();
    }
}
