package io.ringsight.core.analyse;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.analyse.rule.Rule;
import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.decision.Event;
import io.ringsight.core.decision.Severity;
import io.ringsight.core.frame.GapReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sequences of frames, 40 ms each, and the frames in which a rule is told. In a sequence A is a frame with an object in zone A,
 * AB one with an object in each of the two zones, a one with an object of another class in A, w one with a doubtful object there,
 * - one without; . is a lost frame, r one that maxFps leaves out, ~ a frame's time of outage, and ?A a frame under suspicion.
 */
class RuleTest {
    private static final List<Zone> ZONES = List.of(
            new Zone("A", Zone.corners("0,0 0.5,0 0.5,1 0,1").orElseThrow()),
            new Zone("B", Zone.corners("0.5,0 1,0 1,1 0.5,1").orElseThrow()));

    private static Rule rule(String zone, int count, Rule.Lasting lasting, int quietMs) {
        Rule.Condition condition = new Rule.Condition(List.of("shade-0"), 0.5, zone, count);
        return new Rule("r", "Look.", condition, lasting, quietMs, Severity.ALARM);
    }

    private static Rule named(String name) {
        return switch (name) {
            case "second" -> rule("A", 1, new Rule.Lasting(1_000, 0, 0), 2_000);
            case "once" -> rule("A", 1, new Rule.Lasting(0, 0, 0), 1_000);
            case "3of5" -> rule("", 1, new Rule.Lasting(0, 3, 5), 400);
            case "two" -> rule("A", 2, new Rule.Lasting(200, 0, 0), 1_000);
            case "restless" -> rule("A", 1, new Rule.Lasting(0, 0, 0), 0);
            default -> throw new IllegalArgumentException(name);
        };
    }

    @Test
    void anObjectOfExactlyTheLeastConfidenceCounts() {
        Rule.Condition condition = new Rule.Condition(List.of("shade-0"), 0.7, "A", 1);
        AnalysedScene scene = scene(
                TrackSettings.OFF, new Rule("r", "", condition, new Rule.Lasting(0, 0, 0), 1_000, Severity.ALARM));
        scene.object(250, 500, 0, 0.7f).frame();
        assertThat(scene.events()).hasSize(1);
    }

    private static AnalysedScene scene(TrackSettings tracking, Rule... rules) {
        return new AnalysedScene(
                new AnalysisSpec(tracking, ZONES, List.of(), List.of(rules), Optional.empty(), Optional.empty(), 0));
    }

    /** Plays a sequence; of each event the number of its frame. */
    private static List<Long> play(AnalysedScene scene, String sequence, List<Event> events) {
        List<Long> told = new ArrayList<>();
        long frame = 0;
        for (String word : sequence.strip().split(" +")) {
            int star = word.indexOf('*');
            int times = star < 0 ? 1 : Integer.parseInt(word.substring(star + 1));
            String what = star < 0 ? word : word.substring(0, star);
            for (int i = 0; i < times; i++) {
                step(scene, what);
                for (Event event : scene.events()) {
                    if (event.what().kind() == Event.Kind.RULE) {
                        told.add(frame);
                        events.add(event);
                    }
                }
                frame++;
            }
        }
        return told;
    }

    private static void step(AnalysedScene scene, String what) {
        switch (what) {
            case "." -> scene.lose(GapReason.OVERLOAD, 1);
            case "r" -> scene.lose(GapReason.RATE_LIMIT, 1);
            case "~" -> scene.outage(1);
            default -> {
                scene.suspect(what.startsWith("?") ? GapReason.FROZEN : null);
                for (int i = 0; i < what.length(); i++) {
                    switch (what.charAt(i)) {
                        case 'A' -> scene.object(200, 200 + 300 * i);
                        case 'B' -> scene.object(700, 200 + 300 * i);
                        case 'a' -> scene.object(200, 200, 1, 0.9f);
                        case 'w' -> scene.object(200, 200, 0, 0.4f);
                        default -> assertThat(what.charAt(i)).isIn('-', '?');
                    }
                }
                scene.frame();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            second   | A*25                            |
            second   | A*26                            | 25
            second   | A*500                           | 25
            second   | A*20 - A*26                     | 46
            second   | A - A - A - A - A - A*15        |
            second   | A*26 - A*26 - A*26              | 25
            second   | A*26 -*49 A*26                  | 25
            second   | A*26 -*50 A*26                  | 25 101
            second   | B*100                           |
            second   | A*20 B*20 A*26                  | 65
            second   | AB*26                           | 25
            second   | A*10 .*10 A*16                  |
            second   | A*10 .*10 A*17                  | 36
            second   | A*10 ~*100 A*16                 |
            second   | A*10 ~*100 A*17                 | 126
            second   | A*10 ?A*50 A*16                 |
            second   | A*10 ?A*50 A*17                 | 76
            second   | A*10 ?-*50 A*17                 | 76
            second   | ?A*100                          |
            second   | A*26 -*25 .*100 -*25 A*26       | 25
            second   | A*26 -*25 .*100 -*26 A*26       | 25 202
            second   | A*26 ?-*100 A*26                | 25
            second   | A r r A r r A r r A r r A r r A r r A r r A r r A r r A | 27
            second   | a*100                           |
            second   | w*100                           |
            second   | Aa*26                           | 25
            once     | A                               | 0
            once     | A*100                           | 0
            once     | A - A - A                       | 0
            once     | A -*24 A                        | 0
            once     | A -*25 A                        | 0 26
            once     | A B*25 A                        | 0 26
            once     | - a w - A                       | 4
            3of5     | A A                             |
            3of5     | A A A A A                       | 2
            3of5     | A - A - A                       | 4
            3of5     | A - - A - - A - - A - - A       |
            3of5     | A B A                           | 2
            3of5     | A*3 -*5 A*3                     | 2
            3of5     | A*3 -*13 A*3                    | 2 18
            3of5     | A .*50 A .*50 A                 | 102
            two      | A*100                           |
            two      | AB*100                          |
            two      | AA*5                            |
            two      | AA*6                            | 5
            two      | AA*3 A AA*6                     | 9
            two      | AA*6 A*24 AA*6                  | 5
            two      | AA*6 A*25 AA*6                  | 5 36
            restless | A A - A A - A                   | 0 3 6
            """)
    void isToldOnceEachTime(String rule, String sequence, String frames) {
        List<Long> expected = new ArrayList<>();
        for (String frame : frames == null ? new String[0] : frames.split(" ")) {
            expected.add(Long.parseLong(frame));
        }
        for (TrackSettings tracking : List.of(TrackSettings.OFF, TrackSettings.DEFAULT)) {
            assertThat(play(scene(tracking, named(rule)), sequence, new ArrayList<>()))
                    .as("tracking %s", tracking.enabled())
                    .isEqualTo(expected);
        }
    }

    @Test
    void saysWhatItIsToldToSayAndHowMuchNobodySaw() {
        List<Event> events = new ArrayList<>();
        play(scene(TrackSettings.DEFAULT, named("second")), "A*10 .*10 A*17", events);
        Event event = events.get(0);
        assertThat(event.what()).isEqualTo(new Event.What(Event.Kind.RULE, "r", null, Severity.ALARM, "Look."));
        assertThat(event.figures()).isEqualTo(new Event.Figures(36 * 40, 11 * 40, 1));
        assertThat(event.subject().track()).isEqualTo(1);
        assertThat(event.when().utcNs()).isEqualTo(AnalysedScene.BEGIN_UTC_NS + 36 * AnalysedScene.FRAME_NS);
        assertThat(event.when().uncertaintyUs()).isEqualTo(40_000 + AnalysedScene.UNCERTAINTY_US);
    }

    @Test
    void aWindowSaysHowMuchOfItNobodySaw() {
        List<Event> events = new ArrayList<>();
        play(scene(TrackSettings.OFF, named("3of5")), "A .*50 A .*50 A", events);
        assertThat(events.get(0).figures()).isEqualTo(new Event.Figures(102 * 40, 102 * 40, 1));
        assertThat(events.get(0).subject()).isNull();
    }

    @Test
    void rulesStandEachForItself() {
        List<Event> events = new ArrayList<>();
        AnalysedScene scene = scene(TrackSettings.OFF, named("once"), named("3of5"), named("two"));
        assertThat(play(scene, "A - A AA*6 B*30 AA*6", events)).containsExactly(0L, 4L - 1, 8L, 39L, 44L);
    }

    @Test
    void aFailureBeginsAnewWhatLasts() {
        AnalysedScene scene = scene(TrackSettings.OFF, named("second"));
        List<Event> events = new ArrayList<>();
        play(scene, "A*20", events);
        scene.fail();
        assertThat(play(scene, "A*26", events)).containsExactly(25L);
    }

    @Test
    void saysInWordsWhatItWillDo() {
        assertThat(named("second").inWords())
                .isEqualTo(
                        "alarm when a shade-0 of confidence 0.5 or more is in zone A in every frame for 1 s that were"
                                + " seen; once, and again when it was not so for 2 s");
        assertThat(named("3of5").inWords())
                .isEqualTo("alarm when a shade-0 of confidence 0.5 or more is in the picture in 3 of the last 5 frames;"
                        + " once, and again when it was not so for 0.400 s");
        Rule.Condition any = new Rule.Condition(List.of(), 0, "", 3);
        assertThat(new Rule("x", "", any, new Rule.Lasting(0, 0, 0), 0, Severity.INFO).inWords())
                .isEqualTo(
                        "info when at least 3 objects are in the picture in one frame; once, and again when it was not"
                                + " so for 0 s");
    }
}
