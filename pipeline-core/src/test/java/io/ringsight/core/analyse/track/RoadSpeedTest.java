package io.ringsight.core.analyse.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.analyse.track.TrackScores.Box;
import io.ringsight.core.analyse.world.Homography;
import io.ringsight.core.detect.Detections;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Speeds of ten minutes of {@link RoadTraffic} at 25 frames a second, of which five in a hundred are lost. */
class RoadSpeedTest {
    private static final double FRAME_S = 0.04;
    private static final int FRAMES = 10 * 60 * 25;
    private static final double SAME = 0.5;

    private final Detections found = new Detections(300);
    private final List<Double> errors = new ArrayList<>();
    private int inside;
    private int told;
    private int untold;

    @Test
    void speedsAreRightAndSoIsWhatTheyMayBeOff() {
        long seed = Long.getLong("seed", 1);
        RoadTraffic road = new RoadTraffic(seed);
        Random losses = new Random(seed);
        Ground ground = new Ground(Homography.of(RoadTraffic.calibration()).orElseThrow());
        ground.picture(1_920, 1_080);
        Tracker tracker = new Tracker(TrackSettings.DEFAULT, ground);
        Assignment assignment = new Assignment();
        TrackNumbers numbers = new TrackNumbers();
        double since = 0;
        for (int frame = 0; frame < FRAMES; frame++) {
            int lost = losses.nextInt(100) == 0 ? 5 : 0;
            for (int i = 0; i <= lost; i++) {
                road.drive(FRAME_S);
                since += FRAME_S;
            }
            List<Box> truth = road.truth();
            road.detect(truth, found);
            tracker.follow(found, since, assignment, numbers);
            since = 0;
            judge(truth, road.speeds());
        }
        errors.sort(null);
        double median = errors.get(errors.size() / 2);
        System.out.printf(
                "seed %d: %d speeds told, %d not yet; median error %.2f %%, truth inside the uncertainty in %.2f %%%n",
                seed, told, untold, 100 * median, 100.0 * inside / told);
        assertThat(median).as("seed %d", seed).isLessThanOrEqualTo(0.03);
        assertThat(inside).as("seed %d, of %d", seed, told).isGreaterThanOrEqualTo((int) (0.95 * told));
        assertThat(told).as("seed %d, of %d", seed, told + untold).isGreaterThan(9 * untold);
    }

    private void judge(List<Box> truth, Map<Long, Double> speeds) {
        for (int i = 0; i < found.size(); i++) {
            if (found.track(i) == Detections.NO_TRACK) {
                continue;
            }
            if (Float.isNaN(found.uncertaintyKmh(i))) {
                untold++;
                continue;
            }
            Box vehicle = nearest(truth, i);
            if (vehicle != null) {
                double off = Math.abs(found.kmh(i) - speeds.get(vehicle.id()));
                told++;
                inside += off <= found.uncertaintyKmh(i) ? 1 : 0;
                errors.add(off / Math.max(1, speeds.get(vehicle.id())));
            }
        }
    }

    /** The true box that overlaps the most; null if that is not enough to be the same. */
    private Box nearest(List<Box> truth, int object) {
        Box best = null;
        double most = SAME;
        for (Box box : truth) {
            double across = Math.min(box.left() + box.width(), found.left(object) + found.width(object))
                    - Math.max(box.left(), found.left(object));
            double down = Math.min(box.top() + box.height(), found.top(object) + found.height(object))
                    - Math.max(box.top(), found.top(object));
            double both = Math.max(0, across) * Math.max(0, down);
            double iou =
                    both / (box.width() * box.height() + (double) found.width(object) * found.height(object) - both);
            if (iou > most) {
                most = iou;
                best = box;
            }
        }
        return best;
    }
}
