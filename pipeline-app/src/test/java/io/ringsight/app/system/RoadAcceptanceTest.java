package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.ringsight.core.analyse.AnalysedScene;
import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.analyse.track.TrackScores;
import io.ringsight.core.analyse.track.TrackScores.Box;
import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.analyse.world.Calibration;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.decision.Decision;
import io.ringsight.core.decision.Event;
import io.ringsight.core.decision.Summary;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.GapReason;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.synthetic.RoadClass;
import io.ringsight.sources.synthetic.RoadTruth;
import io.ringsight.sources.synthetic.RoadTruth.Vehicle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/**
 * Twenty minutes of {@code synthetic:road}: six lanes and two shoulders, vehicles that hide each other, and a sign that hides some.
 * Five in a hundred frames are lost in bursts, and the detector misses, doubts, is off and gives false alarms. What the daemon's
 * analysis says of it is compared with the truth.
 */
class RoadAcceptanceTest {
    private static final int FRAMES = 20 * 60 * 25;
    private static final int BURST = 5;
    private static final long MINUTE_NS = 60_000_000_000L;
    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final double LINE_M = 60;
    /** Vehicles are hidden for more than the second that objects are looked for by default. */
    private static final int LOST_MS = 2_000;

    private static final double SEEN = 0.7;
    private static final double SAME = 0.5;

    private final long seed = Long.getLong("seed", 1);
    private final RoadTruth road =
            new RoadTruth((SourceSpec.Synthetic) SourceSpec.parse("synthetic:road?seed=" + seed));
    private final Random random = new Random(seed);
    private final TrackScores scores = new TrackScores();
    private final Map<Long, Vehicle> before = new HashMap<>();
    private final long[] crossed = new long[2];
    private final List<Double> speedErrors = new ArrayList<>();
    private int inside;
    private int untold;

    /** Towards the camera is forward. */
    private AnalysisSpec analysis() {
        double down = road.down(LINE_M);
        Zone shoulder = new Zone(
                "shoulder", List.of(place(11.6, 30), place(14.9, 30), place(14.9, 75), place(11.6, 75)), 5_000);
        Line exit = new Line("wrong way", place(-14.9, 40), place(-11.6, 40), Optional.of(Line.Direction.FORWARD));
        return new AnalysisSpec(
                new TrackSettings(true, 0.5, LOST_MS, 100),
                List.of(shoulder),
                List.of(new Line("road", new Zone.Point(0, down), new Zone.Point(1, down)), exit),
                List.of(),
                Optional.of(new Calibration(List.of(at(-10, 19), at(10, 19), at(-10, 75), at(10, 75), at(0, 40)))),
                Optional.empty(),
                60);
    }

    private Zone.Point place(double acrossM, double awayM) {
        return new Zone.Point(road.across(acrossM, awayM), road.down(awayM));
    }

    private Calibration.Point at(double acrossM, double awayM) {
        Zone.Point place = new Zone.Point(road.across(acrossM, awayM), road.down(awayM));
        return new Calibration.Point(place, new Calibration.Metres(acrossM, awayM));
    }

    @Test
    void countsSpeedsAndTracksAreThoseOfTheTruth() {
        AnalysedScene scene = new AnalysedScene(analysis(), WIDTH, HEIGHT);
        List<Decision> decisions = new ArrayList<>();
        long lost = 0;
        for (long frame = 0; frame < FRAMES; frame++) {
            // in bursts
            if (frame > 0 && random.nextInt(100) == 0 && frame + BURST < FRAMES) {
                scene.lose(GapReason.OVERLOAD, BURST);
                lost += BURST;
                for (int i = 0; i < BURST; i++) {
                    count(road.vehicles(frame++));
                }
            }
            List<Vehicle> truth = road.vehicles(frame);
            count(truth);
            detect(truth, scene.found());
            scene.frame();
            decisions.addAll(scene.decisions());
            judge(truth, scene.analysed());
        }
        scene.end();
        decisions.addAll(scene.decisions());
        report(lost);
        checkSummaries(decisions);
        checkEvents(decisions);
        assertThat(lost).isGreaterThan(4 * FRAMES / 100);
        assertThat(scores.switches()).as("seed %d", seed).isLessThanOrEqualTo(scores.tracks() / 100);
        assertThat(scores.hota()).as("seed %d", seed).isGreaterThan(0.75);
        assertThat(median()).as("seed %d", seed).isLessThanOrEqualTo(0.03);
        assertThat(inside).as("seed %d, of %d", seed, speedErrors.size()).isGreaterThan(95 * speedErrors.size() / 100);
        assertThat(speedErrors.size()).as("seed %d, not told %d", seed, untold).isGreaterThan(5 * untold);
    }

    private void report(long lost) {
        System.out.printf(
                "seed %d: %d frames lost; %d vehicles, %d tracks, %d identity switches, HOTA %.3f%n",
                seed, lost, scores.objects(), scores.tracks(), scores.switches(), scores.hota());
        System.out.printf(
                "%d speeds told, %d not yet; median error %.2f %%, truth inside the uncertainty in %.2f %%%n",
                speedErrors.size(), untold, 100 * median(), 100.0 * inside / speedErrors.size());
    }

    private double median() {
        speedErrors.sort(null);
        return speedErrors.get(speedErrors.size() / 2);
    }

    private void checkSummaries(List<Decision> decisions) {
        List<Summary> summaries = decisions.stream()
                .filter(Summary.class::isInstance)
                .map(Summary.class::cast)
                .toList();
        long forward =
                sum(summaries, summary -> summary.lines().get(0).forward().count());
        long backward =
                sum(summaries, summary -> summary.lines().get(0).backward().count());
        System.out.printf(
                "crossed %d and %d, counted %d and %d in %d summaries; missing %d ms%n",
                crossed[0],
                crossed[1],
                forward,
                backward,
                summaries.size(),
                sum(summaries, summary -> summary.span().missingMs()));
        assertThat(forward).isCloseTo(crossed[0], withinPercentage(1));
        assertThat(backward).isCloseTo(crossed[1], withinPercentage(1));
        assertThat(sum(summaries, summary -> summary.span().durationMs())).isEqualTo((FRAMES - 1) * 40L);
        assertThat(summaries)
                .allSatisfy(summary -> assertThat(
                                summary.lines().get(0).forward().speeds().known())
                        .isGreaterThan(9 * summary.lines().get(0).forward().count() / 10));
    }

    /** Once a minute one stops on the right shoulder and one drives the wrong way on the left. */
    private static void checkEvents(List<Decision> decisions) {
        List<Event> events = decisions.stream()
                .filter(Event.class::isInstance)
                .map(Event.class::cast)
                .toList();
        for (Event.Kind kind : List.of(Event.Kind.STOPPED, Event.Kind.WRONG_WAY)) {
            List<Long> minutes = minutesOf(events, kind);
            System.out.printf("%s in %d of 20 minutes%n", kind.wireName(), minutes.size());
            // one may be behind others all the time
            assertThat(minutes).hasSizeBetween(19, 20);
        }
    }

    private static List<Long> minutesOf(List<Event> events, Event.Kind kind) {
        return events.stream()
                .filter(event -> event.what().kind() == kind)
                .map(event -> (event.when().utcNs() - AnalysedScene.BEGIN_UTC_NS) / MINUTE_NS)
                .distinct()
                .toList();
    }

    private static long sum(List<Summary> summaries, ToLongFunction<Summary> figure) {
        return summaries.stream().mapToLong(figure).sum();
    }

    /** What truly crossed the line across the road. */
    private void count(List<Vehicle> truth) {
        for (Vehicle vehicle : truth) {
            Vehicle was = before.put(vehicle.id(), vehicle);
            if (was != null && (was.awayM() > LINE_M) != (vehicle.awayM() > LINE_M)) {
                crossed[vehicle.awayM() > LINE_M ? 1 : 0]++;
            }
        }
    }

    /** What a detector says of the truth. */
    private void detect(List<Vehicle> truth, Detections into) {
        for (Vehicle vehicle : truth) {
            if (vehicle.hidden() < SEEN && random.nextInt(100) >= 3) {
                Box box = inPicture(vehicle);
                double off = 0.03 * Math.sqrt(box.width() * box.height());
                double confidence = 0.8 - 0.7 * vehicle.hidden() + 0.1 * random.nextGaussian();
                double left = clip(box.left() + off * random.nextGaussian(), WIDTH);
                double top = clip(box.top() + off * random.nextGaussian(), HEIGHT);
                double right = clip(box.left() + box.width() + off * random.nextGaussian(), WIDTH);
                double bottom = clip(box.top() + box.height() + off * random.nextGaussian(), HEIGHT);
                into.add(
                        (float) left,
                        (float) top,
                        (float) Math.max(1, right - left),
                        (float) Math.max(1, bottom - top),
                        (float) Math.max(0.15, Math.min(0.95, confidence)),
                        random.nextInt(20) == 0
                                ? RoadClass.TRUCK.ordinal()
                                : vehicle.kind().ordinal());
            }
        }
        if (random.nextInt(5) == 0) {
            into.add(random.nextInt(600), 60 + random.nextInt(250), 25, 20, 0.2f + 0.5f * random.nextFloat(), 0);
        }
    }

    private static Box inPicture(Vehicle vehicle) {
        double left = clip(vehicle.box().left(), WIDTH);
        double top = clip(vehicle.box().top(), HEIGHT);
        return new Box(
                vehicle.id(),
                left,
                top,
                clip(vehicle.box().left() + vehicle.box().width(), WIDTH) - left,
                clip(vehicle.box().top() + vehicle.box().height(), HEIGHT) - top);
    }

    private static double clip(double value, int limit) {
        return Math.max(0, Math.min(limit, value));
    }

    /** Those that can be seen are to be found; what is told of speeds is compared where it is told. */
    private void judge(List<Vehicle> truth, Detections found) {
        List<Box> tracks = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            if (found.track(i) != Detections.NO_TRACK) {
                Box box = new Box(found.track(i), found.left(i), found.top(i), found.width(i), found.height(i));
                tracks.add(box);
                judge(truth, box, found.kmh(i), found.uncertaintyKmh(i));
            }
        }
        List<Box> boxes = truth.stream()
                .filter(vehicle -> vehicle.hidden() < SEEN)
                .map(RoadAcceptanceTest::inPicture)
                .toList();
        scores.add(boxes, tracks);
    }

    private void judge(List<Vehicle> truth, Box track, float kmh, float uncertaintyKmh) {
        Vehicle same = truth.stream()
                .max((a, b) ->
                        Double.compare(inPicture(a).iou(track), inPicture(b).iou(track)))
                .filter(best -> inPicture(best).iou(track) > SAME)
                .orElse(null);
        if (same == null) {
            return;
        }
        if (Float.isNaN(uncertaintyKmh)) {
            untold++;
            return;
        }
        double off = Math.abs(kmh - same.kmh());
        inside += off <= uncertaintyKmh ? 1 : 0;
        speedErrors.add(off / Math.max(5, same.kmh()));
    }
}
