package io.ringsight.app.tools.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class AveragePrecisionTest {
    private static final double EXACT = 1e-6;

    /** Objects of class 0 in a row, each 0.1 wide, 0.2 apart. */
    private static GroundTruth truth(int count) {
        GroundTruth truth =
                new GroundTruth(new int[count], new float[count], new float[count], new float[count], new float[count]);
        for (int i = 0; i < count; i++) {
            truth.lefts()[i] = 0.2f * i;
            truth.tops()[i] = 0.1f;
            truth.widths()[i] = 0.1f;
            truth.heights()[i] = 0.1f;
        }
        return truth;
    }

    /** Detections by confidence falling; each {left, shift} a box of the objects' size. */
    private static Scored scored(GroundTruth truth, int classId, float... lefts) {
        Scored scored = new Scored(truth, lefts.length);
        for (int i = 0; i < lefts.length; i++) {
            scored.set(i, classId, 0.9f - 0.1f * i);
            scored.box(i, lefts[i], 0.1f, 0.1f, 0.1f);
        }
        return scored;
    }

    private static AveragePrecision of(Scored... pictures) {
        return new AveragePrecision(List.of(pictures), 2);
    }

    @Test
    void perfectDetectionsHavePrecisionOne() {
        AveragePrecision precision = of(scored(truth(3), 0, 0f, 0.2f, 0.4f));
        assertThat(precision.mean(0.5)).isEqualTo(1, within(EXACT));
        assertThat(precision.mean50to95()).isEqualTo(1, within(EXACT));
        assertThat(precision.bestScore(0.5).score()).isEqualTo(1, within(EXACT));
        assertThat(precision.bestScore(0.5).threshold()).isEqualTo(0.7, within(EXACT));
    }

    /** Right, wrong, right, and one of three objects missed: 1/3 x 1 + 1/3 x 2/3. */
    @Test
    void areaIsUnderTheFallingCurve() {
        AveragePrecision precision = of(scored(truth(3), 0, 0f, 0.8f, 0.2f));
        assertThat(precision.mean(0.5)).isEqualTo(1 / 3.0 + 2 / 9.0, within(EXACT));
        assertThat(precision.bestScore(0.5).score()).isEqualTo(2 * 2 / 6.0, within(EXACT));
    }

    /** The second right one makes up for the wrong one before it: precision is made falling from the end. */
    @Test
    void laterPrecisionCountsForEarlierRecall() {
        AveragePrecision precision = of(scored(truth(2), 0, 0.8f, 0f, 0.2f));
        assertThat(precision.mean(0.5)).isEqualTo(2 / 3.0, within(EXACT));
    }

    @Test
    void secondDetectionOfAnObjectIsWrong() {
        assertThat(scored(truth(1), 0, 0f, 0.001f).matches(0.5)).containsExactly(true, false);
    }

    @Test
    void eachDetectionTakesTheObjectItOverlapsMost() {
        GroundTruth truth = truth(2);
        truth.lefts()[1] = 0.03f;
        // The first is nearer to the second object, so the second finds the first one free.
        assertThat(scored(truth, 0, 0.03f, 0f).matches(0.5)).containsExactly(true, true);
    }

    /** Boxes shifted by a third of their width overlap by exactly one half. */
    @Test
    void overlapDecides() {
        Scored shifted = scored(truth(1), 0, 0.1f / 3);
        assertThat(shifted.matches(0.49)).containsExactly(true);
        assertThat(shifted.matches(0.51)).containsExactly(false);
    }

    @Test
    void classMustBeRight() {
        assertThat(scored(truth(1), 1, 0f).matches(0.5)).containsExactly(false);
    }

    @Test
    void classesWithoutObjectsDoNotCount() {
        AveragePrecision precision = of(scored(truth(1), 0, 0f), scored(truth(0), 1, 0.5f));
        assertThat(precision.ofClasses(0.5)[1]).isNaN();
        assertThat(precision.mean(0.5)).isEqualTo(1, within(EXACT));
    }

    @Test
    void nothingFoundIsZero() {
        assertThat(of(scored(truth(2), 0)).mean(0.5)).isZero();
        assertThat(of(scored(truth(2), 0)).bestScore(0.5).score()).isZero();
    }
}
