package io.ringsight.core.analyse.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.core.analyse.zone.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HomographyTest {
    /** A camera 9 m above the ground that looks level, of 1,000 pixels focal length in a picture of 1000 by 1000. */
    private static Calibration.Point seen(double acrossM, double awayM) {
        return new Calibration.Point(
                new Zone.Point(0.5 + acrossM / awayM, 0.1 + 9 / awayM), new Calibration.Metres(acrossM, awayM));
    }

    private static Calibration calibration(Calibration.Point... points) {
        return new Calibration(List.of(points));
    }

    private static final Calibration FOUR = calibration(seen(-8, 20), seen(8, 20), seen(-8, 100), seen(8, 100));

    @Test
    void fourPointsSayWhereEverythingIs() {
        Homography map = Homography.of(FOUR).orElseThrow();
        Random random = new Random(1);
        for (int i = 0; i < 100; i++) {
            double acrossM = 30 * random.nextDouble() - 15;
            double awayM = 12 + 200 * random.nextDouble();
            Zone.Point at = seen(acrossM, awayM).picture();
            assertThat(map.isGround(at.x(), at.y())).isTrue();
            assertThat(map.groundX(at.x(), at.y())).isCloseTo(acrossM, within(1e-6));
            assertThat(map.groundY(at.x(), at.y())).isCloseTo(awayM, within(1e-6));
            Zone.Point back =
                    map.picture(new Calibration.Metres(acrossM, awayM)).orElseThrow();
            assertThat(back.x()).isCloseTo(at.x(), within(1e-9));
            assertThat(back.y()).isCloseTo(at.y(), within(1e-9));
        }
        assertThat(map.residualM()).isLessThan(1e-6);
    }

    @Test
    void whatIsAboveTheHorizonIsNoGround() {
        Homography map = Homography.of(FOUR).orElseThrow();
        assertThat(map.isGround(0.5, 0.11)).isTrue();
        assertThat(map.isGround(0.5, 0.09)).isFalse();
        assertThat(map.picture(new Calibration.Metres(0, 1))).isPresent();
        assertThat(map.picture(new Calibration.Metres(0, 0))).isEmpty();
        assertThat(map.picture(new Calibration.Metres(0, -50))).isEmpty();
    }

    @Test
    void saysHowFarOffAPlaceMayBe() {
        Homography map = Homography.of(FOUR).orElseThrow();
        Zone.Point at = seen(3, 60).picture();
        // away = 9 / (y - 0.1): 60 m away a thousandth of the height is 0.4 m
        assertThat(map.sigmaY(at.x(), at.y(), 0, 0.001)).isCloseTo(0.4, within(1e-6));
        assertThat(map.sigmaX(at.x(), at.y(), 0.001, 0)).isCloseTo(0.06, within(1e-6));
    }

    @Test
    void morePointsShowHowWellTheyFit() {
        Calibration.Point off = new Calibration.Point(seen(0, 50).picture(), new Calibration.Metres(1.5, 50));
        List<Calibration.Point> points = new ArrayList<>(FOUR.points());
        points.add(seen(4, 40));
        double fits = Homography.of(new Calibration(points)).orElseThrow().residualM();
        points.add(off);
        Homography map = Homography.of(new Calibration(points)).orElseThrow();
        assertThat(fits).isLessThan(1e-6);
        assertThat(map.residualM()).isBetween(0.3, 1.5);
        assertThat(map.relativeError()).isBetween(0.003, 0.02);
    }

    @Test
    void pointsThatLeaveSomethingOpenAreRefused() {
        assertThat(calibration(seen(-8, 20), seen(8, 20), seen(0, 50)).problem())
                .contains("expected 4 to 100 points, got 3");
        assertThat(calibration(seen(0, 20), seen(0, 40), seen(0, 100), seen(8, 100))
                        .problem())
                .isPresent();
        assertThat(calibration(seen(-8, 20), seen(8, 20), seen(8, 20), seen(8, 100))
                        .problem())
                .isPresent();
        Calibration.Point crossed = new Calibration.Point(seen(-8, 100).picture(), new Calibration.Metres(8, 100));
        Calibration.Point other = new Calibration.Point(seen(8, 100).picture(), new Calibration.Metres(-8, 100));
        assertThat(calibration(seen(-8, 20), seen(8, 20), crossed, other).problem())
                .isPresent();
    }

    @Test
    void readsMetres() {
        assertThat(Calibration.metres(" 3.5,-20 ")).contains(new Calibration.Metres(3.5, -20));
        for (String wrong : List.of("", "3", "3,", "a,b", "1;2", "1e9,2", "3,5,2", "--1,2")) {
            assertThat(Calibration.metres(wrong)).as(wrong).isEmpty();
        }
    }
}
