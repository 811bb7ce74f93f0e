package io.ringsight.core.analyse.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.decision.Doubt;
import io.ringsight.core.decision.Grade;
import io.ringsight.core.decision.Recipe;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PartLineTest {
    private static final int SPUR = 1;
    private static final int SHORT = 2;
    private static final int LOGO = 3;

    private final LineUnderTest at = new LineUnderTest();

    /** A part whose frames are taken 10 ms after it came, and so on: four of them lie in its window. */
    private void announceBetweenFrames(String id) {
        at.clock.advanceMs(-10 + LineUnderTest.FRAME_MS);
        at.announce(id);
        at.clock.advanceMs(10);
    }

    @Test
    void aPartSeenWholeAndWithoutDefectsPasses() {
        at.clean(2);
        announceBetweenFrames("A1");
        at.clean(6);
        Verdict verdict = at.only();
        assertThat(verdict.judgement().grade()).isEqualTo(Grade.PASS);
        assertThat(verdict.judgement().doubts()).isEmpty();
        assertThat(verdict.part().id()).isEqualTo("A1");
        assertThat(verdict.part().recipe()).isEqualTo(new Recipe("R1", "7"));
        assertThat(verdict.seen().frames()).containsExactly(3L, 4L, 5L, 6L);
        assertThat(verdict.seen().model()).contains(at.frame.model);
        assertThat(verdict.verdictSeq()).isEqualTo(1);
        assertThat(at.announced).containsExactly("A1");
    }

    @Test
    void theVerdictComesAsSoonAsTheFramesHavePassedTheWindow() {
        at.clean(2);
        announceBetweenFrames("A1");
        at.clean(4);
        assertThat(at.verdicts()).isEmpty();
        at.clean(1);
        Verdict verdict = at.only();
        assertThat(verdict.timing().tookNs()).isEqualTo(210 * LineUnderTest.MS);
    }

    @Test
    void aDefectInSeveralFramesIsOneDefectAndTheWorstGradeDecides() {
        at.clean(2);
        announceBetweenFrames("A1");
        at.defect(SPUR, 100, 100, 0.6f);
        at.defect(SPUR, 104, 98, 0.9f);
        at.next().found.add(101, 101, 40, 40, 0.7f, SPUR);
        at.frame.found.add(600, 300, 40, 40, 0.8f, SHORT);
        at.frame.found.add(300, 300, 40, 40, 0.49f, SHORT);
        at.frame.found.add(400, 300, 40, 40, 0.99f, LOGO);
        at.see();
        at.clean(3);
        Verdict verdict = at.only();
        assertThat(verdict.judgement().grade()).isEqualTo(Grade.REJECT);
        assertThat(verdict.defects()).hasSize(2);
        Verdict.Defect spur = verdict.defects().get(0);
        assertThat(spur.label()).isEqualTo("spur");
        assertThat(spur.frames()).isEqualTo(3);
        assertThat(spur.confidence()).isEqualTo(0.9f);
        assertThat(spur.grade()).isEqualTo(Grade.REWORK);
        assertThat(verdict.defects().get(1).frames()).isEqualTo(1);
    }

    @Test
    void aDefectOnAMovingPartIsOneDefect() {
        LineUnderTest moving = new LineUnderTest(with(new PartSpec.Motion(-0.5, 0), List.of()), any -> 0);
        moving.clean(2);
        moving.clock.advanceMs(30);
        moving.announce("A1");
        moving.clock.advanceMs(10);
        for (int i = 0; i < 4; i++) {
            moving.defect(SPUR, 500 - i * 20, 100, 0.9f);
        }
        moving.clean(2);
        Verdict verdict = moving.only();
        assertThat(verdict.judgement().grade()).isEqualTo(Grade.REWORK);
        assertThat(verdict.defects()).hasSize(1);
        assertThat(verdict.defects().get(0).frames()).isEqualTo(4);
    }

    private static PartSpec with(PartSpec.Motion motion, List<Zone> panel) {
        PartSpec spec = LineUnderTest.SPEC;
        return new PartSpec(
                spec.trigger(),
                spec.window(),
                spec.deadlineMs(),
                spec.grades(),
                spec.recipe(),
                motion,
                panel,
                spec.dir());
    }

    @Test
    void withoutAnyFrameThereIsAVerdictAtTheDeadlineAndItIsUnknown() {
        at.announce("A1");
        at.clock.advanceMs(370);
        assertThat(at.verdicts()).isEmpty();
        at.clock.advanceMs(10);
        Verdict verdict = at.only();
        assertThat(verdict.judgement().grade()).isEqualTo(Grade.UNKNOWN);
        assertThat(verdict.judgement().doubts()).contains(Doubt.DEADLINE, Doubt.GAP, Doubt.TOO_FEW_FRAMES);
        assertThat(verdict.timing().tookNs()).isLessThanOrEqualTo(400 * LineUnderTest.MS);
        at.clock.advanceMs(1_000);
        assertThat(at.verdicts()).isEmpty();
    }

    @Test
    void aLostFrameInTheWindowMakesItUnknownAndTheDefectsAreToldStill() {
        at.clean(2);
        announceBetweenFrames("A1");
        at.defect(SHORT, 100, 100, 0.9f);
        at.lost(GapReason.OVERLOAD, 1);
        at.cleanAfterLoss();
        at.clean(3);
        Verdict verdict = at.only();
        assertThat(verdict.judgement().grade()).isEqualTo(Grade.UNKNOWN);
        assertThat(verdict.judgement().doubts()).containsExactly(Doubt.FRAME_LOST);
        assertThat(verdict.seen().losses().count(GapReason.OVERLOAD)).isEqualTo(1);
        assertThat(verdict.defects()).hasSize(1);
    }

    @Test
    void aFrameLostBetweenTwoPartsTouchesNeither() {
        at.clean(2);
        announceBetweenFrames("A1");
        at.clean(6);
        at.lost(GapReason.OVERLOAD, 1);
        at.cleanAfterLoss();
        at.clean(1);
        announceBetweenFrames("A2");
        at.clean(6);
        assertThat(at.verdicts())
                .extracting(verdict -> verdict.judgement().grade())
                .containsExactly(Grade.PASS, Grade.PASS);
    }

    @Test
    void aFrameLeftOutOnPurposeIsNoLoss() {
        at.clean(2);
        announceBetweenFrames("A1");
        at.clean(1);
        at.lost(GapReason.RATE_LIMIT, 1);
        at.cleanAfterLoss();
        at.clean(4);
        assertThat(at.only().judgement().grade()).isEqualTo(Grade.PASS);
    }

    @Test
    void aFrameThatNobodyCountedIsALoss() {
        at.clean(2);
        announceBetweenFrames("A1");
        at.clean(2);
        at.frameSeq++;
        at.clean(4);
        assertThat(at.only().judgement().doubts()).containsExactly(Doubt.FRAME_LOST);
    }

    @Test
    void aStalledCameraMakesItUnknown() {
        at.clean(2);
        announceBetweenFrames("A1");
        at.clean(2);
        at.gap(GapReason.STALLED);
        at.clock.advanceMs(290);
        Verdict verdict = at.only();
        assertThat(verdict.judgement().grade()).isEqualTo(Grade.UNKNOWN);
        assertThat(verdict.judgement().doubts()).contains(Doubt.GAP, Doubt.DEADLINE);
        assertThat(verdict.seen().gaps()).containsExactly(GapReason.STALLED);
    }

    @Test
    void aShortStallThatEndsInTheWindowTouchesIt() {
        at.clean(2);
        announceBetweenFrames("A1");
        at.clean(3);
        at.gap(GapReason.DISCONNECTED);
        at.clean(3);
        assertThat(at.only().judgement().doubts()).containsExactly(Doubt.GAP);
    }

    @Test
    void lateFramesAndFailedModelsMakeItUnknown() {
        for (GapReason reason : List.of(GapReason.LATE, GapReason.INFERENCE_FAILED)) {
            LineUnderTest line = new LineUnderTest();
            line.clean(2);
            line.clock.advanceMs(30);
            line.announce("A1");
            line.clock.advanceMs(10);
            line.clean(3);
            line.next();
            line.line.watch().lost(line.frameSeq, reason, line.frame.picture(), new FrameLosses());
            line.clock.advanceMs(40);
            line.clean(2);
            assertThat(line.only().judgement().doubts())
                    .containsExactly(reason == GapReason.LATE ? Doubt.LATE : Doubt.MODEL_FAILED);
        }
    }

    @Test
    void aSuspectPictureMakesItUnknownAlsoWhereItIsFoundOutAfterwards() {
        at.clean(2);
        announceBetweenFrames("A1");
        at.next().suspicion = GapReason.BLACK;
        at.see();
        at.clean(5);
        assertThat(at.only().judgement().doubts()).containsExactly(Doubt.SUSPECT);

        announceBetweenFrames("A2");
        long frozeUtcNs = at.clock.epochNanos();
        at.clean(4);
        at.line.watch().gap(at.frameSeq, GapReason.FROZEN, frozeUtcNs, Picture.UNKNOWN, new FrameLosses());
        at.clean(2);
        assertThat(at.only().judgement().doubts()).containsExactly(Doubt.SUSPECT);
    }

    @Test
    void aSuspicionThatIsOverTouchesNoLaterPart() {
        at.clean(2);
        long frozeUtcNs = at.clock.epochNanos();
        at.line.watch().gap(at.frameSeq, GapReason.FROZEN, frozeUtcNs, Picture.UNKNOWN, new FrameLosses());
        at.clean(2);
        at.line.watch().gap(at.frameSeq, GapReason.FROZEN, frozeUtcNs, at.clock.epochNanos(), new FrameLosses());
        at.clean(2);
        announceBetweenFrames("A1");
        at.clean(6);
        assertThat(at.only().judgement().grade()).isEqualTo(Grade.PASS);
    }

    @Test
    void aFrameAtTheEdgeOfTheWindowIsNoFrameOfThePartAndADefectInItMakesItUnknown() {
        at.clean(2);
        at.announce("A1");
        at.next().found.add(100, 100, 40, 40, 0.9f, SHORT);
        at.see();
        at.clean(6);
        Verdict verdict = at.only();
        assertThat(verdict.seen().frames()).containsExactly(4L, 5L, 6L);
        assertThat(verdict.judgement().doubts()).containsExactly(Doubt.TIME);
        assertThat(verdict.defects()).isEmpty();
    }

    @Test
    void framesOfUnknownTimeShowNoPart() {
        at.clean(2);
        announceBetweenFrames("A1");
        at.clean(3);
        at.frame.taken(++at.frameSeq, at.clock.epochNanos(), Picture.UNKNOWN);
        at.see();
        at.clean(3);
        assertThat(at.only().judgement().doubts()).containsExactly(Doubt.TIME);
    }

    @Test
    void tooFewFramesAndACutFrameAndAnotherModelMakeItUnknown() {
        at.clean(2);
        announceBetweenFrames("A1");
        at.clean(2);
        at.clock.advanceMs(80);
        at.clean(2);
        assertThat(at.only().judgement().doubts()).containsExactly(Doubt.TOO_FEW_FRAMES);

        announceBetweenFrames("A2");
        at.next().found.markCut();
        at.see();
        at.clean(5);
        assertThat(at.only().judgement().doubts()).containsExactly(Doubt.CUT);

        announceBetweenFrames("A3");
        at.clean(2);
        at.frame.model = SeenFrame.model("b");
        at.clean(4);
        assertThat(at.only().judgement().doubts()).containsExactly(Doubt.MODEL_CHANGED);
    }

    @Test
    void anAnnouncementThatComesAfterItsFramesFindsThem() {
        at.clean(2);
        long cameUtcNs = at.clock.epochNanos() - 10 * LineUnderTest.MS;
        at.defect(SHORT, 100, 100, 0.9f);
        at.clean(6);
        assertThat(at.announce("A1", cameUtcNs)).isEqualTo(PartLine.Announced.TAKEN);
        Verdict verdict = at.only();
        assertThat(verdict.judgement().grade()).isEqualTo(Grade.REJECT);
        assertThat(verdict.seen().frames()).hasSize(4);
    }

    @Test
    void anAnnouncementOfAnotherDayIsRefusedAndOneAtTheDeadlineIsLate() {
        assertThat(at.announce("A1", at.clock.epochNanos() - 401 * LineUnderTest.MS))
                .isEqualTo(PartLine.Announced.TOO_FAR);
        assertThat(at.announce("A1", at.clock.epochNanos() + 401 * LineUnderTest.MS))
                .isEqualTo(PartLine.Announced.TOO_FAR);
        at.clean(12);
        at.announce("A2", at.clock.epochNanos() - 390 * LineUnderTest.MS);
        at.clock.advanceMs(20);
        assertThat(at.only().judgement().doubts()).containsExactly(Doubt.DEADLINE);
    }

    @Test
    void thePartThatIsAnnouncedTwiceHasOneVerdict() {
        at.clean(2);
        announceBetweenFrames("A1");
        assertThat(at.announce("A1")).isEqualTo(PartLine.Announced.KNOWN);
        at.clean(6);
        assertThat(at.verdicts()).hasSize(1);
        assertThat(at.announce("A1")).isEqualTo(PartLine.Announced.KNOWN);
        at.clock.advanceMs(500);
        assertThat(at.announce("A1")).isEqualTo(PartLine.Announced.TAKEN);
    }

    @Test
    void tooManyPartsAreUnknownAtOnceEachWithItsVerdict() {
        for (int i = 0; i < PartJudge.MAX_OPEN; i++) {
            assertThat(at.announce("A" + i)).isEqualTo(PartLine.Announced.TAKEN);
        }
        assertThat(at.announce("B")).isEqualTo(PartLine.Announced.TOO_MANY);
        Verdict verdict = at.only();
        assertThat(verdict.part().id()).isEqualTo("B");
        assertThat(verdict.judgement().doubts()).contains(Doubt.TOO_MANY_PARTS);
        at.clock.advanceMs(400);
        assertThat(at.verdicts()).hasSize(PartJudge.MAX_OPEN);
    }

    @Test
    void aFrameTheJudgeHadNoRoomForMakesItUnknown() {
        at.clean(2);
        announceBetweenFrames("A1");
        for (int i = 0; i < 70; i++) {
            at.next();
            assertThat(at.line.watch().frame(at.frame, at.frame.losses)).isEqualTo(i < 64);
            at.clock.advanceNs(100_000);
        }
        at.verdicts();
        at.clean(6);
        assertThat(at.only().judgement().doubts()).contains(Doubt.FRAME_LOST);
    }

    /** Its frames' numbers follow each other all the same. */
    @Test
    void aGapTheJudgeHadNoRoomForMakesItUnknown() {
        for (int i = 0; i < 64; i++) {
            at.next();
            at.see();
        }
        at.gap(GapReason.STALLED);
        assertThat(at.verdicts()).isEmpty();
        announceBetweenFrames("A1");
        at.clean(6);
        Verdict verdict = at.only();
        assertThat(verdict.judgement().grade()).isEqualTo(Grade.UNKNOWN);
        assertThat(verdict.judgement().doubts()).containsExactly(Doubt.FRAME_LOST);
    }

    @Test
    void stoppingMakesOpenPartsUnknownAndTakesNoMore() {
        at.clean(2);
        announceBetweenFrames("A1");
        at.clean(2);
        List<Verdict> last = at.line.stop();
        assertThat(last).hasSize(1);
        assertThat(last.get(0).judgement().doubts()).contains(Doubt.STOPPED);
        assertThat(at.announce("A2")).isEqualTo(PartLine.Announced.STOPPED);
    }

    @Test
    void aPanelHasAVerdictForEachBoard() {
        List<Zone> panel = List.of(
                new Zone("left", Zone.corners("0,0 0.4,0 0.4,1 0,1").orElseThrow()),
                new Zone("right", Zone.corners("0.6,0 1,0 1,1 0.6,1").orElseThrow()));
        LineUnderTest line = new LineUnderTest(with(PartSpec.Motion.NONE, panel), any -> 0);
        line.clean(2);
        line.clock.advanceMs(30);
        line.announce("A1");
        line.clock.advanceMs(10);
        line.defect(SPUR, 100, 100, 0.9f);
        line.clean(5);
        Verdict one = line.only();
        assertThat(one.judgement().grade()).isEqualTo(Grade.REWORK);
        assertThat(one.defects().get(0).board()).contains("left");
        assertThat(one.judgement().boards())
                .containsExactly(new Verdict.Board("left", Grade.REWORK), new Verdict.Board("right", Grade.PASS));

        line.clock.advanceMs(30);
        line.announce("A2");
        line.clock.advanceMs(10);
        line.defect(SPUR, 100, 100, 0.9f);
        line.defect(SHORT, 480, 100, 0.9f);
        line.clean(5);
        Verdict stray = line.only();
        assertThat(stray.judgement().grade()).isEqualTo(Grade.REJECT);
        assertThat(stray.defects().get(1).board()).isEqualTo(Optional.empty());
        assertThat(stray.judgement().boards())
                .containsExactly(new Verdict.Board("left", Grade.REWORK), new Verdict.Board("right", Grade.UNKNOWN));
    }

    @Test
    void aModelWithoutAClassOfTheVerdictPassesNothing() {
        LineUnderTest line = new LineUnderTest();
        line.frame.model = SeenFrame.model("other", List.of("board", "spur"));
        line.clean(2);
        line.clock.advanceMs(30);
        line.announce("A1");
        line.clock.advanceMs(10);
        line.clean(6);
        assertThat(line.only().judgement().doubts()).containsExactly(Doubt.CLASS_MISSING);
    }

    @Test
    void partsThatAppearAnnounceThemselvesOnce() {
        long[] shown = {0};
        LineUnderTest line = new LineUnderTest(LineUnderTest.SPEC, any -> shown[0]);
        line.clean(2);
        shown[0] = 17;
        line.clean(5);
        shown[0] = 0;
        line.clean(3);
        Verdict verdict = line.only();
        assertThat(verdict.part().id()).isEqualTo("line-17");
        assertThat(verdict.judgement().grade()).isEqualTo(Grade.PASS);
        shown[0] = 17;
        line.clean(10);
        assertThat(line.verdicts()).isEmpty();
    }

    @Test
    void aPartThatAppearsInFramesOfUnknownTimeIsUnknown() {
        LineUnderTest line = new LineUnderTest(LineUnderTest.SPEC, any -> 17);
        line.frame.taken(++line.frameSeq, Picture.UNKNOWN, Picture.UNKNOWN);
        line.see();
        assertThat(line.verdicts()).isEmpty();
        line.clock.advanceMs(LineUnderTest.SPEC.deadlineMs());
        Verdict verdict = line.only();
        assertThat(verdict.part().id()).isEqualTo("line-17");
        assertThat(verdict.judgement().grade()).isEqualTo(Grade.UNKNOWN);
        assertThat(verdict.judgement().doubts()).contains(Doubt.TIME);
    }

    @Test
    void anObjectOfExactlyTheLeastConfidenceIsADefect() {
        Grades grades = new Grades(List.of("spur"), List.of("short"), 0.7);
        PartSpec spec = LineUnderTest.SPEC;
        LineUnderTest line = new LineUnderTest(
                new PartSpec(
                        spec.trigger(),
                        spec.window(),
                        spec.deadlineMs(),
                        grades,
                        spec.recipe(),
                        spec.motion(),
                        spec.panel(),
                        spec.dir()),
                any -> Appearance.NONE);
        line.clean(2);
        line.clock.advanceMs(30);
        line.announce("A1");
        line.clock.advanceMs(10);
        line.clean(1);
        line.defect(2, 100, 100, 0.7f);
        line.clean(5);
        assertThat(line.only().judgement().grade()).isEqualTo(Grade.REJECT);
    }

    @Test
    void aFrameAllocatesNothing() {
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long bytes = 0;
        for (int round = 0; round < 20_000; round++) {
            at.next().found.add(100, 100, 40, 40, 0.9f, SHORT);
            at.frame.found.add(200, 100, 40, 40, 0.9f, SPUR);
            long before = bean.getThreadAllocatedBytes(thread);
            at.line.watch().frame(at.frame, at.frame.losses);
            at.line.judge();
            bytes = bean.getThreadAllocatedBytes(thread) - before;
            at.clock.advanceMs(40);
        }
        assertThat(bytes).isZero();
    }
}
