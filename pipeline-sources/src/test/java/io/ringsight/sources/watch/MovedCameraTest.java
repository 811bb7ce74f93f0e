package io.ringsight.sources.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.analyse.view.ViewJudge;
import io.ringsight.core.analyse.view.ViewJudge.State;
import io.ringsight.sources.watch.MovedRoad.Move;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether a camera was moved, by pictures of which it is known. */
class MovedCameraTest {
    private static final double NS_PER_S = 1e9;
    private static final double LEARNT_S = 10;
    private final ViewJudge judge = new ViewJudge();
    private double seconds;
    private int doubts;

    @ParameterizedTest(name = "{0}: {1},{2} pixels, {3} degrees, {4} times")
    @CsvSource({
        "day, 10, 0, 0, 1",
        "day, 0, -10, 0, 1",
        "day, 40, 0, 0, 1",
        "day, -120, 60, 0, 1",
        "day, 0, 0, 3, 1",
        "day, 0, 0, -8, 1",
        "day, 0, 0, 0, 0.9",
        "day, 0, 0, 0, 1.5",
        "night, 10, 0, 0, 1",
        "night, -40, 20, 0, 1",
        "night, 0, 0, 0, 1.1",
    })
    void aCameraThatWasMovedIsFoundAndGoesOnWhenItIsBack(
            String light, double dx, double dy, double degrees, double zoom) {
        MovedRoad road = new MovedRoad(light, 1);
        watch(road, Move.NONE, LEARNT_S);
        assertThat(doubts).isZero();
        Move moved = new Move(dx, dy, degrees, zoom);
        double movedS = seconds;
        look(road.at(seconds, moved));
        while (judge.state() != State.MOVED && seconds < movedS + 40) {
            look(road.at(seconds, moved));
        }
        System.out.printf("%s %s: after %.1f s: %s%n", light, moved, seconds - movedS, judge.detail());
        assertThat(judge.state()).isEqualTo(State.MOVED);
        assertThat(judge.steadyNs() / NS_PER_S).isBetween(movedS - 2.1, movedS);
        watch(road, moved, 10);
        assertThat(judge.state()).isEqualTo(State.MOVED);
        watch(road, Move.NONE, 5);
        assertThat(judge.state()).isEqualTo(State.STEADY);
    }

    @ParameterizedTest
    @CsvSource({"day, 3, 0, 0, 1", "day, 0, -3, 0, 1", "night, 3, 3, 0, 1", "day, 0, 0, 1, 1", "day, 0, 0, 0, 1.01"})
    void lessThanTheLimitIsNoMatter(String light, double dx, double dy, double degrees, double zoom) {
        MovedRoad road = new MovedRoad(light, 2);
        watch(road, Move.NONE, LEARNT_S);
        watch(road, new Move(dx, dy, degrees, zoom), 30);
        assertThat(doubts).isZero();
    }

    @ParameterizedTest
    @CsvSource({"day, 1", "night, 3"})
    void trafficAndNoiseMoveNothingInFiveMinutes(String light, int seed) {
        watch(new MovedRoad(light, seed), Move.NONE, 300);
        assertThat(doubts).isZero();
        assertThat(judge.state()).isEqualTo(State.STEADY);
    }

    @Test
    void aCameraThatShakesIsNotMoved() {
        MovedRoad road = new MovedRoad("day", 4);
        Random dice = new Random(17);
        watch(road, Move.NONE, LEARNT_S);
        for (int i = 0; i < 60; i++) {
            look(road.at(seconds, Move.shift(6 * dice.nextDouble() - 3, 6 * dice.nextDouble() - 3)));
        }
        assertThat(doubts).isZero();
        for (int i = 0; i < 60; i++) {
            look(road.at(seconds, Move.shift(40 * Math.sin(7.3 * seconds), 0)));
            assertThat(judge.state()).isNotEqualTo(State.MOVED);
        }
        assertThat(doubts).isPositive();
    }

    @Test
    void nightfallDawnAndExposureMoveNothing() {
        MovedRoad day = new MovedRoad("day", 5);
        MovedRoad night = new MovedRoad("night", 5);
        watch(day, Move.NONE, 180);
        for (double contrast : new double[] {0.4, 1.4, 0.7}) {
            look(day.at(seconds, Move.NONE, contrast, 20));
            look(day.at(seconds, Move.NONE, contrast, -10));
        }
        watch(night, Move.NONE, 150);
        watch(day, Move.NONE, 60);
        assertThat(judge.state()).isEqualTo(State.STEADY);
        assertThat(doubts).isZero();
    }

    @Test
    void aLampThatGoesOutSaysNothing() {
        MovedRoad road = new MovedRoad("day", 6);
        watch(road, Move.NONE, LEARNT_S);
        Random dice = new Random(18);
        byte[] dark = new byte[ViewJudge.WIDTH * ViewJudge.HEIGHT];
        for (int i = 0; i < 30; i++) {
            for (int j = 0; j < dark.length; j++) {
                dark[j] = (byte) (16 + dice.nextInt(6));
            }
            look(dark);
        }
        assertThat(doubts).isZero();
        watch(road, Move.NONE, 20);
        assertThat(doubts).isZero();
    }

    @Test
    void aMountThatGivesWaySlowlyIsFound() {
        MovedRoad road = new MovedRoad("day", 7);
        watch(road, Move.NONE, 180);
        for (double sag = 0; sag < 12 && judge.state() != State.MOVED; sag += 0.1) {
            look(road.at(seconds, Move.shift(0, sag)));
        }
        assertThat(judge.state()).isEqualTo(State.MOVED);
    }

    private void watch(MovedRoad road, Move move, double forS) {
        double untilS = seconds + forS;
        while (seconds < untilS) {
            look(road.at(seconds, move));
        }
    }

    private void look(byte[] grey) {
        judge.look(grey, Math.round(seconds * NS_PER_S));
        doubts += judge.state() == State.STEADY ? 0 : 1;
        seconds += judge.isCurious() ? 0.5 : 2;
    }
}
