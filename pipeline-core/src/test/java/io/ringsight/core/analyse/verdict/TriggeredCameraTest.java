package io.ringsight.core.analyse.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.decision.Doubt;
import io.ringsight.core.decision.Grade;
import io.ringsight.core.decision.Recipe;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.GapReason;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A camera that takes three pictures of each part when it is told to, and none else. */
class TriggeredCameraTest {
    private static final PartSpec SPEC = new PartSpec(
            new PartTrigger(PartTrigger.Kind.HTTP, ""),
            new PartSpec.Window(0, 160, 3, true),
            400,
            LineUnderTest.GRADES,
            Recipe.NONE,
            PartSpec.Motion.NONE,
            List.of(),
            Path.of("none"));

    private final LineUnderTest test = new LineUnderTest(SPEC, any -> Appearance.NONE);

    /** One that is over: before its first frame anything may have happened. */
    private void before() {
        test.clean(1);
        test.clock.advanceMs(2_000);
    }

    /** The part's frames come 10 ms after it. */
    private void announce() {
        test.announce("A");
        test.clock.advanceMs(10);
    }

    @Test
    void isJudgedWhenItsTimeIsOverAndNoFrameComesAfterIt() {
        before();
        announce();
        test.clean(3);
        assertThat(test.verdicts()).isEmpty();
        test.clock.advanceMs(40);
        Verdict verdict = test.only();
        assertThat(verdict.judgement().grade()).isEqualTo(Grade.PASS);
        assertThat(verdict.timing().tookNs()).isEqualTo(170 * LineUnderTest.MS);
    }

    @Test
    void aDefectIsFoundAsWithAnyCamera() {
        before();
        announce();
        test.clean(2);
        test.defect(2, 300, 200, 0.9f);
        test.clock.advanceMs(40);
        assertThat(test.only().judgement().grade()).isEqualTo(Grade.REJECT);
    }

    @Test
    void onePictureLessIsUnknownAtTheDeadline() {
        before();
        announce();
        test.clean(2);
        test.clock.advanceMs(200);
        assertThat(test.verdicts()).isEmpty();
        test.clock.advanceMs(100);
        assertThat(test.only().judgement().doubts()).contains(Doubt.TOO_FEW_FRAMES, Doubt.DEADLINE);
    }

    @Test
    void onePictureTooManyIsPerhapsAnotherParts() {
        before();
        announce();
        test.clean(4);
        test.clock.advanceMs(10);
        Verdict verdict = test.only();
        assertThat(verdict.judgement().grade()).isEqualTo(Grade.UNKNOWN);
        assertThat(verdict.judgement().doubts()).containsExactly(Doubt.TIME);
    }

    @Test
    void aLostPictureIsNotMadeUpForByThePartBeside() {
        before();
        announce();
        test.clean(1);
        test.lost(GapReason.OVERLOAD, 1);
        test.cleanAfterLoss();
        test.clean(1);
        test.clock.advanceMs(10);
        assertThat(test.only().judgement().doubts()).contains(Doubt.FRAME_LOST);
    }

    @Test
    void aCameraThatIsGoneBehindItsLastPictureLeavesThePartUnknown() {
        before();
        announce();
        test.clean(3);
        test.gap(GapReason.DISCONNECTED);
        test.clock.advanceMs(40);
        assertThat(test.only().judgement().doubts()).containsExactly(Doubt.GAP);
    }

    @Test
    void aCameraThatRunsFreelyIsWaitedFor() {
        LineUnderTest free = new LineUnderTest();
        free.clean(1);
        free.announce("A");
        free.clean(3);
        free.clock.advanceMs(100);
        assertThat(free.verdicts()).isEmpty();
    }
}
