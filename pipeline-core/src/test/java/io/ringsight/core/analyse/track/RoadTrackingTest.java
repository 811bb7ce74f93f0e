package io.ringsight.core.analyse.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.analyse.track.TrackScores.Box;
import io.ringsight.core.detect.Detections;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Twenty minutes of {@link RoadTraffic} at 25 frames a second, of which five in a hundred are lost. */
class RoadTrackingTest {
    private static final double FRAME_S = 0.04;
    private static final int FRAMES = 20 * 60 * 25;

    private final Detections found = new Detections(300);
    private final TrackScores scores = new TrackScores();

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
        }
        System.out.printf(
                "seed %d: %d vehicles, %d tracks, HOTA %.3f, IDF1 %.3f, %d identity switches%n",
                seed, scores.objects(), scores.tracks(), scores.hota(), scores.idf1(), scores.switches());
        assertThat(scores.switches()).as("seed %d", seed).isLessThanOrEqualTo(scores.objects() / 100);
        assertThat(scores.idf1()).as("seed %d", seed).isGreaterThan(0.93);
        assertThat(scores.hota()).as("seed %d", seed).isGreaterThan(0.8);
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
