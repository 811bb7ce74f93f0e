package io.ringsight.core.analyse;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.decision.Event;
import io.ringsight.core.decision.Severity;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.time.CaptureClock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The zone "bay" is the right half of the picture, "exit" its lower half, and the line "gate" goes down its middle. */
class PlaceEventsTest {
    private static final List<Zone> ZONES = List.of(
            new Zone("bay", Zone.corners("0.5,0 1,0 1,1 0.5,1").orElseThrow()),
            new Zone("exit", Zone.corners("0,0.5 1,0.5 1,1 0,1").orElseThrow()));
    private static final List<Line> LINES = List.of(new Line("gate", new Zone.Point(0.5, 0), new Zone.Point(0.5, 1)));

    private final AnalysedScene scene = new AnalysedScene(new AnalysisSpec(TrackSettings.DEFAULT, ZONES, LINES));

    @Test
    void anObjectGoesInAndOutOnce() {
        scene.walk(300, 200, 700, 200, 50);
        assertThat(scene.told()).containsExactly("entered bay", "crossed gate backward");
        scene.stand(700, 200, 100);
        assertThat(scene.told()).isEmpty();
        scene.walk(700, 200, 300, 200, 50);
        assertThat(scene.told()).containsExactly("left bay", "crossed gate forward");
    }

    @Test
    void itSaysWhoAndWhenAndForHowLong() {
        scene.walk(300, 200, 700, 200, 50);
        Event entered = scene.events().get(0);
        scene.stand(700, 200, 100);
        scene.walk(700, 200, 300, 200, 50);
        Event left = scene.events().get(0);

        assertThat(entered.sourceId().value()).isEqualTo("cam");
        assertThat(List.of(entered.number(), left.number())).containsExactly(1L, 3L);
        assertThat(entered.subject())
                .isEqualTo(new Event.Subject(1, "shade-0", 0))
                .isEqualTo(left.subject());
        assertThat(entered.when().clock()).isEqualTo(CaptureClock.RTCP_SR);
        // it is looked at where it is each 6 pixels, 8 pixels a frame: in each frame
        long crossedNs = AnalysedScene.BEGIN_UTC_NS + 24 * AnalysedScene.FRAME_NS;
        assertThat(entered.when().utcNs() - crossedNs).isBetween(0L, AnalysedScene.FRAME_NS);
        assertThat(entered.when().uncertaintyUs()).isEqualTo(40_000 + AnalysedScene.UNCERTAINTY_US);
        assertThat(left.figures().durationMs())
                .isEqualTo((left.when().utcNs() - entered.when().utcNs()) / 1_000_000);
        assertThat(left.figures().missingMs()).isZero();
    }

    @Test
    void whatTremblesOnABorderDoesNotGoInAndOut() {
        scene.walk(300, 200, 499, 200, 50);
        for (int i = 0; i < 100; i++) {
            scene.object(i % 2 == 0 ? 502 : 498, 200);
            scene.frame();
        }
        assertThat(scene.told()).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void whereItWasFirstAndLastSeenIsToldApart() {
        scene.stand(700, 700, 20);
        assertThat(scene.told()).containsExactly("appeared bay", "appeared exit");
        scene.empty(26);
        List<Event> lost = scene.events();
        assertThat(lost).extracting(event -> event.what().kind()).containsExactly(Event.Kind.LOST, Event.Kind.LOST);
        Event.When when = lost.get(0).when();
        assertThat(when.utcNs()).isEqualTo(AnalysedScene.BEGIN_UTC_NS + 19 * AnalysedScene.FRAME_NS);
        assertThat(when.uncertaintyUs()).isEqualTo(26 * 40_000 + AnalysedScene.UNCERTAINTY_US);
        assertThat(lost.get(0).figures().durationMs()).isEqualTo(16 * 40);
        scene.stand(700, 700, 20);
        assertThat(scene.told()).containsExactly("appeared bay", "appeared exit");
    }

    @Test
    void timeThatNobodySawIsSaid() {
        scene.stand(700, 200, 20);
        scene.lose(GapReason.OVERLOAD, 9);
        scene.stand(700, 200, 20);
        scene.lose(GapReason.RATE_LIMIT, 4);
        scene.stand(700, 200, 20);
        scene.outage(10);
        scene.stand(700, 200, 20);
        scene.suspect(GapReason.FROZEN);
        scene.stand(700, 200, 10);
        scene.suspect(null);
        scene.walk(700, 200, 300, 200, 50);

        Event left = scene.events().stream()
                .filter(event -> event.what().kind() == Event.Kind.LEFT)
                .findFirst()
                .orElseThrow();
        // 10 frames' time behind 9 lost ones, 11 behind the outage and 11 of suspicion
        assertThat(left.figures().missingMs()).isEqualTo((10 + 11 + 11) * 40);
    }

    @Test
    void twoObjectsHaveEventsOfTheirOwn() {
        for (int i = 0; i <= 50; i++) {
            scene.object(300 + 8 * i, 200).object(700 - 8 * i, 800);
            scene.frame();
        }
        assertThat(scene.events())
                .extracting(event -> event.subject().track() + " "
                        + event.what().kind().wireName() + " " + event.what().name())
                .containsExactlyInAnyOrder(
                        "2 appeared bay",
                        "2 appeared exit",
                        "1 entered bay",
                        "1 crossed gate",
                        "2 left bay",
                        "2 crossed gate");
    }

    @Test
    void aFailureEndsWhatWasKnown() {
        scene.stand(700, 200, 20);
        scene.told();
        scene.fail();
        assertThat(scene.told()).containsExactly("lost bay");
        scene.stand(700, 200, 20);
        assertThat(scene.told()).containsExactly("appeared bay");
    }

    @Test
    void withoutTrackingThereAreNoEvents() {
        AnalysedScene untracked = new AnalysedScene(new AnalysisSpec(TrackSettings.OFF, ZONES, List.of()));
        untracked.walk(300, 200, 700, 200, 50);
        assertThat(untracked.told()).isEmpty();
    }

    @Test
    void whoCrossesTheWrongWayIsToldOnceBesideTheCrossing() {
        Line oneWay = new Line(
                "exit ramp", new Zone.Point(0.5, 1), new Zone.Point(0.5, 0), Optional.of(Line.Direction.FORWARD));
        AnalysedScene ramp = new AnalysedScene(new AnalysisSpec(TrackSettings.DEFAULT, List.of(), List.of(oneWay)));
        ramp.walk(100, 500, 900, 500, 50);
        assertThat(ramp.told()).containsExactly("crossed exit ramp forward");
        ramp.walk(900, 500, 100, 500, 50);
        List<Event> wrong = ramp.events();
        assertThat(wrong)
                .extracting(event -> event.what().kind())
                .containsExactly(Event.Kind.CROSSED, Event.Kind.WRONG_WAY);
        assertThat(wrong.get(1).what().severity()).isEqualTo(Severity.ALARM);
        assertThat(wrong.get(1).what().direction()).isEqualTo("backward");
    }

    @Test
    void whoStandsIsToldOnceAndAgainAfterItHasMoved() {
        Zone shoulder = new Zone("shoulder", Zone.corners("0,0 1,0 1,1 0,1").orElseThrow(), 5_000);
        AnalysedScene road = new AnalysedScene(new AnalysisSpec(TrackSettings.DEFAULT, List.of(shoulder), List.of()));
        road.walk(100, 500, 400, 500, 50);
        road.stand(400, 500, 100);
        road.lose(GapReason.OVERLOAD, 10);
        road.stand(400, 500, 40);
        List<Event> stopped = road.events().stream()
                .filter(event -> event.what().kind() == Event.Kind.STOPPED)
                .toList();
        assertThat(stopped).hasSize(1);
        assertThat(stopped.get(0).figures().durationMs()).isEqualTo(5_000);
        assertThat(stopped.get(0).figures().missingMs()).isEqualTo(440);
        assertThat(stopped.get(0).subject().track()).isEqualTo(1);
        road.stand(400, 500, 1_000);
        assertThat(road.told()).isEmpty();
        road.walk(400, 500, 600, 500, 30);
        road.stand(600, 500, 130);
        assertThat(road.told()).containsExactly("stopped shoulder");
    }
}
