package io.ringsight.core.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** What two models find in one picture is matched by class and overlap, each box once. */
class AgreementTest {
    private static final int CLASSES = 3;

    private final Agreement agreement = new Agreement(CLASSES);

    /** Each box: left, top, side, class; the surest first. */
    private static Detections boxes(int... numbers) {
        Detections found = new Detections(400);
        for (int i = 0; i < numbers.length; i += 4) {
            found.add(numbers[i], numbers[i + 1], numbers[i + 2], numbers[i + 2], 1 - i / 10_000f, numbers[i + 3]);
        }
        return found;
    }

    private void assertCounts(int classId, long matched, long missed, long extra) {
        Agreement.Counts counts = agreement.of(classId);
        assertThat(counts.matched()).as("matched").isEqualTo(matched);
        assertThat(counts.missed()).as("missed").isEqualTo(missed);
        assertThat(counts.extra()).as("extra").isEqualTo(extra);
    }

    @Test
    void eachOfMatchedMissedAndExtraIsCountedForItsClass() {
        agreement.compare(boxes(0, 0, 10, 0, 50, 0, 10, 1), boxes(0, 0, 10, 0, 90, 0, 10, 2));

        assertCounts(0, 1, 0, 0);
        assertCounts(1, 0, 1, 0);
        assertCounts(2, 0, 0, 1);
        assertThat(agreement.total()).isEqualTo(new Agreement.Counts(1, 1, 1, 1));
    }

    @Test
    void theMeanOverlapIsOfWhatIsMatched() {
        // Moved by two of ten: 80 of 120 pixels are shared.
        agreement.compare(boxes(0, 0, 10, 0, 50, 0, 10, 0), boxes(2, 0, 10, 0, 50, 0, 10, 0));

        assertThat(agreement.of(0).meanIou()).isCloseTo((80.0 / 120 + 1) / 2, within(1e-6));
        assertThat(agreement.of(1).meanIou()).isNaN();
    }

    @Test
    void anOverlapOfAHalfIsTheSameAndOneBelowIsNot() {
        Detections wide = new Detections(1);
        wide.add(0, 0, 20, 10, 0.5f, 0);
        agreement.compare(boxes(0, 0, 10, 0), wide);
        assertCounts(0, 1, 0, 0);

        Detections wider = new Detections(1);
        wider.add(0, 0, 20.1f, 10, 0.5f, 0);
        agreement.compare(boxes(0, 0, 10, 0), wider);
        assertCounts(0, 1, 1, 1);
    }

    @Test
    void aBoxIsOfOneObjectOnlyAndOfThatWhichItOverlapsMost() {
        agreement.compare(boxes(0, 0, 10, 0, 1, 0, 10, 0), boxes(1, 0, 10, 0));
        assertCounts(0, 1, 1, 0);

        agreement.compare(boxes(0, 0, 10, 1), boxes(2, 0, 10, 1, 0, 0, 10, 1));
        assertCounts(1, 1, 0, 1);
        assertThat(agreement.of(1).meanIou()).isCloseTo(1, within(1e-6));
    }

    @Test
    void anotherClassAtTheSamePlaceIsMissedAndExtra() {
        agreement.compare(boxes(0, 0, 10, 0), boxes(0, 0, 10, 1));

        assertCounts(0, 0, 1, 0);
        assertCounts(1, 0, 0, 1);
    }

    @Test
    void moreObjectsThanEverBeforeAndClassesThatHaveNoLabelAreCounted() {
        int[] many = new int[4 * 400];
        for (int i = 0; i < 400; i++) {
            many[4 * i] = 20 * i;
            many[4 * i + 2] = 10;
            many[4 * i + 3] = CLASSES + 4;
        }
        agreement.compare(boxes(many), boxes(many));

        assertCounts(CLASSES - 1, 400, 0, 0);
    }
}
