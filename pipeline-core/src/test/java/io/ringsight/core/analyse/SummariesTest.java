package io.ringsight.core.analyse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.analyse.world.Calibration;
import io.ringsight.core.analyse.world.Calibration.Metres;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.decision.Summary;
import io.ringsight.core.decision.Summary.Flow;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is summed up of lines and zones, minute by minute, and how much of each nobody saw. */
class SummariesTest {
    private static final int MINUTE = 60 * 25;
    private static final List<Zone> ZONES =
            List.of(new Zone("right", Zone.corners("0.5,0 1,0 1,1 0.5,1").orElseThrow()));
    /** Whoever walks to the right crosses first a, then b, both forward. */
    private static final List<Line> LINES = List.of(
            new Line("a", new Zone.Point(0.3, 1), new Zone.Point(0.3, 0)),
            new Line("b", new Zone.Point(0.7, 1), new Zone.Point(0.7, 0)));

    private final AnalysedScene scene = scene(60, Optional.empty());

    private static AnalysedScene scene(int seconds, Optional<Calibration> calibration) {
        return new AnalysedScene(new AnalysisSpec(
                TrackSettings.DEFAULT, ZONES, LINES, List.of(), calibration, Optional.empty(), seconds));
    }

    /** Ten metres of ground for the whole picture, both ways. */
    private static Calibration tenMetres() {
        return new Calibration(List.of(
                new Calibration.Point(new Zone.Point(0, 0), new Metres(0, 0)),
                new Calibration.Point(new Zone.Point(1, 0), new Metres(10, 0)),
                new Calibration.Point(new Zone.Point(0, 1), new Metres(0, 10)),
                new Calibration.Point(new Zone.Point(1, 1), new Metres(10, 10))));
    }

    @Test
    void spansAreMinutesOfUtcAndFollowEachOtherWithoutHoles() {
        scene.empty(2 * MINUTE + 1);
        List<Summary> two = scene.summaries();
        assertThat(two).extracting(Summary::number).containsExactly(1L, 2L);
        long begin = AnalysedScene.BEGIN_UTC_NS;
        assertThat(two.get(0).span()).isEqualTo(new Summary.Span(begin, begin + 60_000_000_000L, 60_000, 0));
        assertThat(two.get(1).span())
                .isEqualTo(new Summary.Span(begin + 60_000_000_000L, begin + 120_000_000_000L, 60_000, 0));
        assertThat(two.get(0).lines()).extracting(Summary.LineUse::name).containsExactly("a", "b");
        assertThat(two.get(0).lines().get(0).forward().count()).isZero();
        assertThat(two.get(0).zones().get(0).occupied()).isZero();
        assertThat(two.get(0).trips()).isEmpty();
    }

    @Test
    void theFirstSpanEndsWhereAllDo() {
        AnalysedScene sevens = scene(7, Optional.empty());
        sevens.empty(20 * 25);
        long lengthNs = 7_000_000_000L;
        long first = lengthNs - AnalysedScene.BEGIN_UTC_NS % lengthNs;
        assertThat(sevens.summaries())
                .extracting(summary -> summary.span().durationMs())
                .startsWith(first / 1_000_000, 7_000L);
    }

    @Test
    void whatIsMissingIsSaidToTheMillisecond() {
        scene.empty(100);
        scene.lose(GapReason.OVERLOAD, 24);
        scene.empty(100);
        scene.suspect(GapReason.FROZEN);
        scene.empty(10);
        scene.suspect(null);
        scene.lose(GapReason.RATE_LIMIT, 9);
        scene.empty(MINUTE);
        assertThat(scene.summaries().get(0).span().missingMs()).isEqualTo(25 * 40 + 20 * 40);
    }

    @Test
    void anOutageOfMinutesIsOneSpanThatIsAllMissing() {
        scene.empty(MINUTE / 2);
        scene.outage(3 * MINUTE);
        scene.empty(MINUTE);
        List<Summary> spans = scene.summaries();
        assertThat(spans)
                .extracting(
                        summary -> summary.span().durationMs(),
                        summary -> summary.span().missingMs())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(60_000L, 30_040L),
                        org.assertj.core.groups.Tuple.tuple(120_000L, 120_000L),
                        org.assertj.core.groups.Tuple.tuple(60_000L, 30_000L));
        assertThat(spans.get(1).zones().get(0).occupied()).isNaN();
        assertThat(spans.get(0).span().toUtcNs()).isEqualTo(spans.get(1).span().fromUtcNs());
    }

    @Test
    void whatCrossesIsCountedByDirectionWithItsHeadways() {
        walkTo(900, 50);
        scene.empty(50);
        walkTo(900, 50);
        scene.empty(100);
        walkTo(900, 50);
        scene.walk(900, 500, 100, 500, 50);
        scene.empty(MINUTE);
        Summary minute = scene.summaries().get(0);
        Flow forward = minute.lines().get(0).forward();
        assertThat(forward.count()).isEqualTo(3);
        assertThat(forward.headways().count()).isEqualTo(2);
        assertThat(forward.headways().meanS()).isCloseTo(5, within(1e-6));
        assertThat(forward.headways().minS()).isCloseTo(4, within(1e-6));
        assertThat(forward.speeds().known()).isZero();
        assertThat(forward.speeds().meanKmh()).isNaN();
        assertThat(minute.lines().get(1).backward().count()).isEqualTo(1);
        assertThat(minute.lines().get(1).backward().headways().meanS()).isNaN();
    }

    @Test
    void aHeadwayOfWhichAMomentIsMissingIsNotOne() {
        walkTo(900, 50);
        scene.empty(30);
        scene.lose(GapReason.OVERLOAD, 1);
        scene.empty(30);
        walkTo(900, 50);
        scene.empty(MINUTE);
        Flow forward = scene.summaries().get(0).lines().get(0).forward();
        assertThat(forward.count()).isEqualTo(2);
        assertThat(forward.headways().count()).isZero();
    }

    @Test
    void theShareOfKnownSpeedsAndTheirMean() {
        AnalysedScene calibrated = scene(60, Optional.of(tenMetres()));
        calibrated.walk(100, 500, 900, 500, 100);
        calibrated.empty(MINUTE);
        Flow forward = calibrated.summaries().get(0).lines().get(1).forward();
        assertThat(forward.speeds().known()).isEqualTo(1);
        assertThat(forward.speeds().meanKmh()).isCloseTo(2 * 3.6, within(0.1));
    }

    @Test
    void occupancyIsOfTheTimeThatWasSeen() {
        scene.stand(750, 500, MINUTE / 4);
        scene.lose(GapReason.OVERLOAD, MINUTE / 2);
        scene.empty(MINUTE);
        Summary.ZoneUse right = scene.summaries().get(0).zones().get(0);
        assertThat(right.occupied()).isCloseTo(0.5, within(0.01));
        assertThat(right.objects().mean()).isCloseTo(0.5, within(0.01));
        assertThat(right.objects().max()).isEqualTo(1);
        assertThat(right.standing().max()).isEqualTo(1);
        assertThat(right.standing().mean()).isCloseTo((15 - 2) / 30.0, within(0.01));
        assertThat(right.maxQueueM()).isNaN();
    }

    @Test
    void aQueueIsAsLongAsTheGroundBetweenThoseThatStand() {
        AnalysedScene calibrated = scene(60, Optional.of(tenMetres()));
        for (int frame = 0; frame < MINUTE + 1; frame++) {
            calibrated.object(600, 300).object(600, 800);
            // one drives through and is not in the queue
            calibrated.object(550 + frame % 90 * 5, 950).frame();
        }
        Summary.ZoneUse right = calibrated.summaries().get(0).zones().get(0);
        assertThat(right.standing().max()).isEqualTo(2);
        assertThat(right.objects().max()).isEqualTo(3);
        assertThat(right.maxQueueM()).isCloseTo(5, within(0.05));
    }

    @Test
    void whoIsOutOfSightMadeATripFromTheFirstLineToTheLast() {
        walkTo(900, 50);
        scene.empty(50);
        // crosses one line only
        scene.walk(100, 500, 500, 500, 25);
        scene.empty(50);
        scene.walk(900, 500, 100, 500, 50);
        scene.empty(50);
        // there and back: from a to a is no trip
        walkTo(900, 150);
        scene.stand(900, 500, 25);
        scene.walk(900, 500, 100, 500, 150);
        scene.empty(MINUTE);
        assertThat(scene.summaries().get(0).trips())
                .containsExactly(new Summary.Trip("a", "b", 1), new Summary.Trip("b", "a", 1));
    }

    @Test
    void whatIsLeftWhenTheRecordingEndsIsToldToo() {
        walkTo(900, 50);
        scene.end();
        Summary rest = scene.summaries().get(0);
        assertThat(rest.span().durationMs()).isEqualTo(49 * 40);
        assertThat(rest.lines().get(1).forward().count()).isEqualTo(1);
        assertThat(rest.trips()).containsExactly(new Summary.Trip("a", "b", 1));
        scene.end();
        assertThat(scene.summaries()).isEmpty();
    }

    @Test
    void aFailureEndsTripsAndHeadwaysButNoSpan() {
        walkTo(900, 50);
        scene.fail();
        walkTo(900, 50);
        scene.empty(MINUTE);
        Summary minute = scene.summaries().get(0);
        assertThat(minute.lines().get(0).forward().count()).isEqualTo(2);
        assertThat(minute.lines().get(0).forward().headways().count()).isZero();
        assertThat(minute.trips()).containsExactly(new Summary.Trip("a", "b", 2));
        assertThat(minute.span().durationMs()).isEqualTo(60_000);
        assertThat(minute.span().missingMs()).isEqualTo(40);
        assertThat(minute.span().fromUtcNs()).isNotEqualTo(Picture.UNKNOWN);
    }

    private void walkTo(double x, int frames) {
        scene.walk(100, 500, x, 500, frames);
    }
}
