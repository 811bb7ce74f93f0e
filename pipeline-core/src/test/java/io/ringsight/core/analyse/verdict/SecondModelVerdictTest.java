package io.ringsight.core.analyse.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ringsight.core.analyse.SaidOfObjects;
import io.ringsight.core.decision.Doubt;
import io.ringsight.core.decision.Grade;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.ObjectAttribute;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Verdicts that depend on what a second model says: never {@code pass} where it does not say it. */
class SecondModelVerdictTest {
    private static final int BOARD = 0;
    private static final int SPUR = 1;
    private static final int SHORT = 2;

    private static LineUnderTest judgedBy(Grades grades) {
        PartSpec spec = LineUnderTest.SPEC;
        return new LineUnderTest(
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
    }

    private static void announce(LineUnderTest line) {
        line.clean(2);
        line.clock.advanceMs(30);
        line.announce("A1");
        line.clock.advanceMs(10);
        line.clean(1);
    }

    private static void see(LineUnderTest line, int classId, float confidence, List<ObjectAttribute> said) {
        line.next().found.add(100, 100, 40, 40, confidence, classId);
        line.frame.attributes = said;
        line.see();
        line.frame.attributes = List.of();
    }

    /** A spur can be repaired, unless it is deep; a short never. */
    @ParameterizedTest
    @CsvSource({
        "1, 0.9, deep, REJECT, ",
        "1, 0.9, shallow, REWORK, ",
        "1, 0.9, FAILED, UNKNOWN, model-failed",
        "1, 0.9, UNSURE, UNKNOWN, model-failed",
        "1, 0.9, LEFT_OUT, UNKNOWN, cut",
        "1, 0.9, UNWANTED, REWORK, ",
        // whatever it is, it is rejected
        "2, 0.9, FAILED, REJECT, ",
        "2, 0.9, LEFT_OUT, REJECT, ",
        // what is no defect of its own may be one by what is said of it
        "3, 0.9, deep, REJECT, ",
        "3, 0.9, shallow, PASS, ",
        "3, 0.9, FAILED, UNKNOWN, model-failed",
        // objects below the least confidence do not matter
        "3, 0.4, deep, PASS, ",
        "1, 0.4, FAILED, PASS, ",
    })
    void whatIsNotSaidIsNeverGood(int classId, float confidence, String said, Grade grade, String reason) {
        LineUnderTest line = judgedBy(new Grades(List.of("spur"), List.of("short", "kind=deep"), 0.5));
        announce(line);
        see(line, classId, confidence, SaidOfObjects.kinds(said));
        line.clean(5);
        Verdict verdict = line.only();
        assertThat(verdict.judgement().grade()).isEqualTo(grade);
        assertThat(verdict.judgement().doubts())
                .extracting(Doubt::wireName)
                .isEqualTo(reason == null ? List.of() : List.of(reason));
        if (said.equals("deep") && confidence > 0.5f) {
            assertThat(verdict.defects())
                    .singleElement()
                    .extracting(Verdict.Defect::label)
                    .isEqualTo("kind=deep");
        }
    }

    @Test
    void partsThatDoNotDependOnItDoNotCareWhetherItFails() {
        LineUnderTest line = new LineUnderTest();
        announce(line);
        see(line, SPUR, 0.9f, SaidOfObjects.kinds("FAILED"));
        line.clean(5);
        assertThat(line.only().judgement().grade()).isEqualTo(Grade.REWORK);
    }

    @Test
    void aSecondModelThatIsNotThereOrDoesNotKnowTheClassMakesThePartUnknown() {
        for (List<ObjectAttribute> said : List.of(
                List.<ObjectAttribute>of(),
                SaidOfObjects.kinds(SaidOfObjects.classifier(List.of("wide", "narrow")), "wide"))) {
            LineUnderTest line = judgedBy(new Grades(List.of("kind=deep"), List.of("short"), 0.5));
            announce(line);
            see(line, SPUR, 0.9f, said);
            line.clean(5);
            assertThat(line.only().judgement().doubts()).containsExactly(Doubt.CLASS_MISSING);
        }
    }

    @Test
    void aSecondModelThatIsReplacedWhileAPartIsSeenMakesItUnknown() {
        LineUnderTest line = judgedBy(new Grades(List.of(), List.of("kind=deep"), 0.5));
        announce(line);
        see(line, SPUR, 0.9f, SaidOfObjects.kinds("shallow"));
        see(line, SPUR, 0.9f, SaidOfObjects.kinds(SaidOfObjects.classifier(List.of("deep", "flat")), "flat"));
        line.clean(4);
        assertThat(line.only().judgement().doubts()).containsExactly(Doubt.MODEL_CHANGED);
    }

    /** Eight boxes of an object are told; the ninth may be what makes it a defect. */
    @Test
    void moreBoxesThanAreToldAreADoubt() {
        for (int boxes = ObjectAttribute.MAX_BOXES - 1; boxes <= ObjectAttribute.MAX_BOXES + 1; boxes++) {
            ObjectAttribute kind = new ObjectAttribute("kind", 4);
            kind.begin(1);
            Detections found = new Detections(16);
            for (int i = 0; i < boxes; i++) {
                found.add(0, 0, 10, 10, 0.9f, BOARD);
            }
            kind.found(0, SeenFrame.model("marks"), "fake", found);
            LineUnderTest line = judgedBy(new Grades(List.of("kind=spur"), List.of(), 0.5));
            announce(line);
            see(line, SHORT, 0.9f, List.of(kind));
            line.clean(5);
            assertThat(line.only().judgement().grade())
                    .isEqualTo(boxes < ObjectAttribute.MAX_BOXES ? Grade.PASS : Grade.UNKNOWN);
        }
    }

    @Test
    void aFrameAllocatesNothing() {
        LineUnderTest line = judgedBy(new Grades(List.of("spur"), List.of("kind=deep"), 0.5));
        line.frame.attributes = SaidOfObjects.kinds("deep", "FAILED");
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long bytes = 0;
        for (int round = 0; round < 20_000; round++) {
            line.next().found.add(100, 100, 40, 40, 0.9f, SPUR);
            line.frame.found.add(200, 100, 40, 40, 0.9f, SPUR);
            long before = bean.getThreadAllocatedBytes(thread);
            line.line.watch().frame(line.frame, line.frame.losses);
            bytes = bean.getThreadAllocatedBytes(thread) - before;
            line.line.judge();
            line.clock.advanceMs(40);
        }
        assertThat(bytes).isZero();
    }
}
