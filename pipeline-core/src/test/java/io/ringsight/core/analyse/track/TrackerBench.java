package io.ringsight.core.analyse.track;

import io.ringsight.core.detect.Detections;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What following objects costs: {@code mvn test -Dtest=TrackerBench -Dgroups=bench}. */
@Tag("bench")
class TrackerBench {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 8;
    private static final int FRAMES = 2_000;

    private final Detections found = new Detections(300);
    private final Assignment assignment = new Assignment();
    private final TrackNumbers numbers = new TrackNumbers();

    @Test
    void oneHundredObjectsApartAndInACrowd() {
        for (int objects : new int[] {10, 100, 300}) {
            System.out.printf(
                    "%d objects: %.0f us of CPU time a frame apart, %.0f us in a crowd%n",
                    objects, microseconds(objects, 80), microseconds(objects, 15));
        }
    }

    /** Boxes of 40 by 40 pixels, so many pixels from each other, that tremble; the median of the rounds. */
    private double microseconds(int objects, int distance) {
        Tracker tracker = new Tracker(TrackSettings.DEFAULT);
        Random random = new Random(1);
        double[] rounds = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long spentNs = 0;
            for (int frame = 0; frame < FRAMES; frame++) {
                found.clear();
                for (int i = 0; i < objects; i++) {
                    float left = distance * (i % 20) + 2 * random.nextFloat();
                    float top = distance * (i / 20) + 2 * random.nextFloat();
                    found.add(left, top, 40, 40, 0.3f + 0.6f * random.nextFloat(), 0);
                }
                long beginNs = THREADS.getCurrentThreadCpuTime();
                tracker.follow(found, 0.04, assignment, numbers);
                spentNs += THREADS.getCurrentThreadCpuTime() - beginNs;
            }
            rounds[round] = spentNs / 1e3 / FRAMES;
        }
        Arrays.sort(rounds);
        return rounds[ROUNDS / 2];
    }
}
