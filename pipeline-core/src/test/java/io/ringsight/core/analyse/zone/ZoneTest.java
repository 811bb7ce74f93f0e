package io.ringsight.core.analyse.zone;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.detect.Detections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ZoneTest {
    private final Detections found = new Detections(10_000);

    private static Zone zone(String corners) {
        return new Zone("z", Zone.corners(corners).orElseThrow());
    }

    private static Optional<String> problem(String corners) {
        return Zone.problem(Zone.corners(corners).orElseThrow());
    }

    /** An object whose lower side's middle is there, in a picture of 200 by 100 pixels. */
    private void stand(double across, double down) {
        found.add((float) (across * 200 - 5), (float) (down * 100 - 20), 10, 20, 0.9f, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0,0 1,0 1,1", "0.1,0.1 .9,0.1 0.9,.9 0.5,0.5 0.1,0.9", " 0,0  1.0,0.\n0.5,1 "})
    void polygonsWhoseSidesDoNotMeetAreZones(String corners) {
        assertThat(problem(corners)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "0,0 1,0 x,1",
                "0,0;1,0;1,1",
                "0,0 1,0 1,-1",
                "0,0,0 1,0 1,1",
                ",0 1,0 1,1",
                ".,. 1,0 1,1"
            })
    void whatIsNoListOfCornersIsNone(String corners) {
        assertThat(Zone.corners(corners)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0,0 1,0 | expected 3 to 100 corners, got 2",
                "0,0 1,0 640,480 | expected fractions of the picture's width and height, 0 to 1, got 640.0,480.0",
                "0,0 1,1 1,0 0,1 | expected a polygon whose sides do not meet, but the side from 0.0,0.0 meets that from 1.0,0.0",
                "0,0 1,0 0.5,0 | expected a polygon whose sides do not meet, but the side from 0.0,0.0 meets that from 1.0,0.0",
                "0,0 1,0 1,0 1,1 | expected a polygon whose sides do not meet, but the side from 0.0,0.0 meets that from 1.0,0.0",
                "0,0 1,0 1,1 0.5,0 0,1 | expected a polygon whose sides do not meet, but the side from 0.0,0.0 meets that from 1.0,1.0"
            })
    void saysWhatIsWrongWithAPolygon(String corners, String expected) {
        assertThat(problem(corners)).contains(expected);
    }

    @Test
    void anObjectIsWhereItTouchesTheGround() {
        ZoneMap zones = new ZoneMap(List.of(zone("0,0 0.5,0 0.5,1 0,1"), zone("0,0.5 1,0.5 1,1 0,1")));
        stand(0.2, 0.4);
        stand(0.2, 0.6);
        stand(0.8, 0.6);
        stand(0.8, 0.4);
        zones.place(found, 200, 100);

        assertThat(List.of(found.zones(0), found.zones(1), found.zones(2), found.zones(3)))
                .containsExactly(0b01L, 0b11L, 0b10L, 0L);
    }

    @Test
    void aBoxThatThePicturesBorderCutsIsInTheZoneAtTheBorder() {
        ZoneMap zones = new ZoneMap(List.of(zone("0.5,0.5 1,0.5 1,1 0.5,1")));
        found.add(150, 60, 50, 40, 0.9f, 0);
        zones.place(found, 200, 100);

        assertThat(found.zones(0)).isEqualTo(1);
    }

    /** A star with a dent, beside the same rule in another form: the sum of the angles to the corners. */
    @Test
    void concavePolygonsHoldWhatTheirWindingSays() {
        Zone star = zone("0.5,0.05 0.6,0.4 0.95,0.4 0.66,0.6 0.8,0.95 0.5,0.72 0.2,0.95 0.34,0.6 0.05,0.4 0.4,0.4");
        ZoneMap zones = new ZoneMap(List.of(star));
        Random random = new Random(3);
        int inside = 0;
        for (int i = 0; i < 10_000; i++) {
            double across = random.nextFloat();
            double down = 0.2 + 0.8 * random.nextFloat();
            found.clear();
            stand(across, down);
            zones.place(found, 200, 100);
            double x = (found.left(0) + found.width(0) / 2.0) / 200;
            double y = ((double) found.top(0) + found.height(0)) / 100;
            boolean expected = Math.abs(angles(star, x, y)) > Math.PI;
            assertThat(found.zones(0)).as("%f,%f", x, y).isEqualTo(expected ? 1 : 0);
            inside += expected ? 1 : 0;
        }
        assertThat(inside).isBetween(2_000, 6_000);
    }

    private static double angles(Zone zone, double x, double y) {
        double sum = 0;
        for (int i = 0; i < zone.corners().size(); i++) {
            Zone.Point a = zone.corners().get(i);
            Zone.Point b = zone.corners().get((i + 1) % zone.corners().size());
            double angle = Math.atan2(b.y() - y, b.x() - x) - Math.atan2(a.y() - y, a.x() - x);
            sum += Math.IEEEremainder(angle, 2 * Math.PI);
        }
        return sum;
    }

    @Test
    void aPlaceOnACommonSideIsInOneZone() {
        ZoneMap zones = new ZoneMap(List.of(zone("0,0 0.5,0 0.5,1 0,1"), zone("0.5,0 1,0 1,1 0.5,1")));
        stand(0.5, 0.7);
        zones.place(found, 200, 100);

        assertThat(Long.bitCount(found.zones(0))).isEqualTo(1);
    }
}
