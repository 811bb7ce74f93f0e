package io.ringsight.core.analyse.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.core.analyse.track.TrackScores.Box;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The judge itself, by cases that were computed by hand. */
class TrackScoresTest {
    private final TrackScores scores = new TrackScores();

    private static Box box(long id, double left) {
        return new Box(id, left, 0, 10, 10);
    }

    @Test
    void tracksThatAreTheTruthAreWithoutFault() {
        for (int i = 0; i < 10; i++) {
            scores.add(List.of(box(1, i), box(2, 50)), List.of(box(8, i), box(9, 50)));
        }

        assertThat(scores.hota()).isCloseTo(1, within(1e-9));
        assertThat(scores.idf1()).isEqualTo(1);
        assertThat(scores.switches()).isZero();
    }

    /** Ten frames, half of them by each of two tracks: each pair is A = 5 / (10 + 5 - 5). */
    @Test
    void anObjectThatChangesItsTrackHalfWay() {
        for (int i = 0; i < 10; i++) {
            scores.add(List.of(box(1, 0)), List.of(box(i < 5 ? 8 : 9, 0)));
        }

        assertThat(scores.hota()).isCloseTo(Math.sqrt(0.5), within(1e-9));
        assertThat(scores.idf1()).isCloseTo(0.5, within(1e-9));
        assertThat(scores.switches()).isEqualTo(1);
    }

    /** Of ten frames eight are found, two boxes are of nothing: DetA = 8 / (10 + 10 - 8), A = 8 / (10 + 8 - 8). */
    @Test
    void missesAndFalseBoxes() {
        for (int i = 0; i < 10; i++) {
            scores.add(List.of(box(1, 0)), List.of(i < 8 ? box(8, 0) : box(9, 500)));
        }

        assertThat(scores.hota()).isCloseTo(Math.sqrt(8 / 12.0 * 8 / 10.0), within(1e-9));
        assertThat(scores.idf1()).isCloseTo(2 * 8 / 20.0, within(1e-9));
        assertThat(scores.switches()).isZero();
    }

    /** An overlap of 5 / 15 counts up to 0.30, six of the nineteen; then each box is missed and false. */
    @Test
    void anOverlapCountsUpToItsOwnSize() {
        for (int i = 0; i < 10; i++) {
            scores.add(List.of(box(1, 0)), List.of(box(8, 5)));
        }

        assertThat(scores.hota()).isCloseTo(6 / 19.0, within(1e-9));
        assertThat(scores.idf1()).isZero();
    }

    @Test
    void twoThatSwapTheirTracksAreTwoSwitches() {
        for (int i = 0; i < 10; i++) {
            scores.add(List.of(box(1, 0), box(2, 50)), List.of(box(i < 6 ? 8 : 9, 0), box(i < 6 ? 9 : 8, 50)));
        }

        assertThat(scores.switches()).isEqualTo(2);
        assertThat(scores.idf1()).isCloseTo(2 * 12 / 40.0, within(1e-9));
        // 0.6 of the matches have A = 6 / 14, 0.4 have A = 4 / 16
        assertThat(scores.hota()).isCloseTo(Math.sqrt(0.6 * 6 / 14 + 0.4 * 4 / 16), within(1e-9));
    }

    @Test
    void theBestTotalIsTaken() {
        assertThat(TrackScores.best(new double[][] {{9, 8}, {7, 0}})).containsExactly(1, 0);
        assertThat(TrackScores.best(new double[][] {{9, 8, 0}, {7, 0, 0}, {8, 7, 2}}))
                .containsExactly(1, 0, 2);
    }
}
