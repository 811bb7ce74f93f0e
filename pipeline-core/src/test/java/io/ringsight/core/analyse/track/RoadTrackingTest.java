package io.ringsight.core.analyse.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.ringsight.core.analyse.track.TrackScores.Box;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.LineMap;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.detect.Detections;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Twenty minutes of {@link RoadTraffic} at 25 frames a second, of which five in a hundred are lost. */
class RoadTrackingTest {
    private static final double FRAME_S = 0.04;
    private static final double LINE_PX = 260;
    private static final int FRAMES = 20 * 60 * 25;

    private final Detections found = new Detections(300);
    private final TrackScores scores = new TrackScores();
    private final LineMap line =
            new LineMap(List.of(new Line("l", new Zone.Point(0, LINE_PX), new Zone.Point(1_920, LINE_PX))));
    private final Map<Long, Boolean> below = new HashMap<>();
    private final int[] crossedTruly = new int[2];
    private final int[] crossedTold = new int[2];

    @Test
    void vehiclesKeepTheirTracksThoughFramesAreLost() {
        long seed = Long.getLong("seed", 1);
        RoadTraffic road = new RoadTraffic(seed);
        Random losses = new Random(seed);
        Tracker tracker = new Tracker(TrackSettings.DEFAULT);
        Assignment assignment = new Assignment();
        TrackNumbers numbers = new TrackNumbers();
        double since = 0;
        for (int frame = 0; frame < FRAMES; frame++) {
            road.drive(FRAME_S);
            since += FRAME_S;
            // bursts of five
            if (losses.nextInt(100) == 0) {
                for (int i = 0; i < 5; i++, frame++) {
                    road.drive(FRAME_S);
                    since += FRAME_S;
                }
            }
            List<Box> truth = road.truth();
            road.detect(truth, found);
            tracker.follow(found, since, assignment, numbers);
            since = 0;
            scores.add(truth, tracks());
            count(truth, tracker);
        }
        System.out.printf(
                "seed %d: %d vehicles, %d tracks, HOTA %.3f, IDF1 %.3f, %d identity switches%n",
                seed, scores.objects(), scores.tracks(), scores.hota(), scores.idf1(), scores.switches());
        System.out.printf(
                "crossed %d and %d, told %d and %d%n",
                crossedTruly[0], crossedTruly[1], crossedTold[0], crossedTold[1]);
        for (int direction = 0; direction < 2; direction++) {
            assertThat(crossedTold[direction])
                    .as("seed %d, direction %d", seed, direction)
                    .isCloseTo(crossedTruly[direction], withinPercentage(1));
        }
        assertThat(scores.switches()).as("seed %d", seed).isLessThanOrEqualTo(scores.objects() / 100);
        assertThat(scores.idf1()).as("seed %d", seed).isGreaterThan(0.93);
        assertThat(scores.hota()).as("seed %d", seed).isGreaterThan(0.8);
    }

    /** What crossed the line across all lanes, at {@value #LINE_PX} pixels; towards the camera is forward. */
    private void count(List<Box> truth, Tracker tracker) {
        for (Box box : truth) {
            boolean isBelow = box.top() + box.height() > LINE_PX;
            Boolean wasBelow = below.put(box.id(), isBelow);
            if (wasBelow != null && wasBelow != isBelow) {
                crossedTruly[isBelow ? 0 : 1]++;
            }
        }
        for (int i = 0; i < found.size(); i++) {
            if (tracker.hasMoved(i)) {
                long crossed = line.crossed(
                        tracker.beforeX(i), tracker.beforeY(i), Tracker.footX(found, i), Tracker.footY(found, i));
                crossedTold[0] += crossed == 1 ? 1 : 0;
                crossedTold[1] += crossed > 1 ? 1 : 0;
            }
        }
    }

    private List<Box> tracks() {
        List<Box> boxes = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            if (found.track(i) != Detections.NO_TRACK) {
                boxes.add(new Box(found.track(i), found.left(i), found.top(i), found.width(i), found.height(i)));
            }
        }
        return boxes;
    }
}
