package io.ringsight.core.analyse;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ringsight.core.analyse.rule.Rule;
import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.analyse.world.Calibration;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.decision.Severity;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the analysis of a hundred followed objects costs, with eight zones, eight lines, speeds, rules and summaries. */
class AnalysisCostTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int OBJECTS = 100;
    private static final int FRAMES = 1_000;
    private static final int ROUNDS = 8;

    private static AnalysisSpec spec() {
        List<Zone> zones = new ArrayList<>();
        List<Line> lines = new ArrayList<>();
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            double from = i / 8.0;
            zones.add(new Zone(
                    "z" + i,
                    List.of(
                            new Zone.Point(from, 0),
                            new Zone.Point(from + 0.125, 0),
                            new Zone.Point(from + 0.125, 1),
                            new Zone.Point(from, 1)),
                    Zone.MAX_STOPPED_MS));
            lines.add(new Line("l" + i, new Zone.Point(0, from + 0.06), new Zone.Point(1, from + 0.06)));
            rules.add(new Rule(
                    "r" + i,
                    "",
                    new Rule.Condition(List.of(), 0.5, "z" + i, 200),
                    new Rule.Lasting(1_000, 0, 0),
                    1_000,
                    Severity.INFO));
        }
        Calibration.Point[] places = new Calibration.Point[4];
        for (int i = 0; i < 4; i++) {
            places[i] = new Calibration.Point(
                    new Zone.Point(i % 2, i / 2), new Calibration.Metres(10 * (i % 2), 10 * (i / 2)));
        }
        return new AnalysisSpec(
                TrackSettings.DEFAULT,
                zones,
                lines,
                rules,
                Optional.of(new Calibration(List.of(places))),
                Optional.empty(),
                AnalysisSpec.MAX_SUMMARY_S);
    }

    @Test
    void aHundredObjectsTakeNoMemory() {
        AnalysedScene scene = new AnalysedScene(spec());
        Random random = new Random(1);
        double[] microseconds = new double[ROUNDS];
        long[] bytes = new long[ROUNDS];
        long thread = Thread.currentThread().getId();
        for (int round = 0; round < ROUNDS; round++) {
            long ns = 0;
            for (int frame = 0; frame < FRAMES; frame++) {
                put(scene, random);
                long beganNs = THREADS.getCurrentThreadCpuTime();
                long before = THREADS.getThreadAllocatedBytes(thread);
                scene.frame();
                bytes[round] += THREADS.getThreadAllocatedBytes(thread) - before;
                ns += THREADS.getCurrentThreadCpuTime() - beganNs;
            }
            microseconds[round] = ns / 1e3 / FRAMES;
        }
        Arrays.sort(microseconds);
        System.out.printf(
                "analysis of %d objects: %.0f us of CPU time a frame, %d bytes in %d frames%n",
                OBJECTS, microseconds[ROUNDS / 2], bytes[ROUNDS - 1], FRAMES);
        // what the fake frame is made of; the time is for people to read
        assertThat(bytes[ROUNDS - 1]).isLessThan(24L * FRAMES);
    }

    /** They stand and tremble: nothing happens that would be an event. */
    private static void put(AnalysedScene scene, Random random) {
        for (int i = 0; i < OBJECTS; i++) {
            scene.found()
                    .add(
                            30 + 62.5f * (i % 15) + random.nextFloat(),
                            25 + 125 * (i / 15) + random.nextFloat(),
                            40,
                            40,
                            0.6f + 0.3f * random.nextFloat(),
                            0);
        }
    }
}
