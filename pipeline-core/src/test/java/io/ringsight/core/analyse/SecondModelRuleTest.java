package io.ringsight.core.analyse;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.analyse.rule.Rule;
import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.decision.Event;
import io.ringsight.core.decision.Severity;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rules that ask for what a second model says: a frame in which it does not say it was not seen. */
class SecondModelRuleTest {
    /** Half a second of 25 frames a second. */
    private static final int HALF_A_SECOND = 13;

    private static Rule rule(List<String> names, int count) {
        Rule.Condition condition = new Rule.Condition(names, 0.5, "", count);
        return new Rule("r", "", condition, new Rule.Lasting(500, 0, 0), 1_000, Severity.ALARM);
    }

    private static AnalysedScene scene(Rule rule) {
        return new AnalysedScene(new AnalysisSpec(
                TrackSettings.OFF, List.of(), List.of(), List.of(rule), Optional.empty(), Optional.empty(), 0));
    }

    private static void see(AnalysedScene scene, int frames, String... said) {
        for (int i = 0; i < frames; i++) {
            for (int object = 0; object < said.length; object++) {
                scene.object(100 + 100 * object, 100, 3, 0.9f);
            }
            scene.attributes(SaidOfObjects.kinds(said));
            scene.frame();
        }
    }

    @Test
    void itIsToldWhenTheSecondModelSaysItForSoLong() {
        AnalysedScene scene = scene(rule(List.of("kind=deep"), 1));
        see(scene, 20, "shallow");
        see(scene, HALF_A_SECOND - 1, "deep");
        assertThat(scene.events()).isEmpty();
        see(scene, 2, "deep");
        assertThat(scene.events()).hasSize(1);
    }

    @Test
    void framesInWhichItFailsCountNeitherAsSoNorAsQuiet() {
        AnalysedScene scene = scene(rule(List.of("kind=deep"), 1));
        see(scene, 7, "deep");
        see(scene, 50, "FAILED");
        assertThat(scene.events()).isEmpty();
        see(scene, 8, "deep");
        Event event = scene.events().get(0);
        assertThat(event.figures().durationMs()).isBetween(2_400L, 2_700L);
        assertThat(event.figures().missingMs()).isBetween(1_950L, 2_100L);
        see(scene, 10, "shallow");
        see(scene, 50, "UNSURE");
        see(scene, 20, "deep");
        assertThat(scene.events()).as("it was not quiet for a second").isEmpty();
        see(scene, 27, "shallow");
        see(scene, 20, "deep");
        assertThat(scene.events()).hasSize(1);
    }

    /** What fails does not matter where there are enough without it, or too few with it. */
    @Test
    void onlyWhatTheRuleDependsOnMatters() {
        AnalysedScene scene = scene(rule(List.of("kind=deep"), 2));
        see(scene, 20, "deep", "deep", "FAILED");
        assertThat(scene.events()).hasSize(1);
        see(scene, 30, "shallow", "FAILED");
        see(scene, 20, "deep", "deep");
        assertThat(scene.events()).hasSize(1);
    }

    @Test
    void aClassOrWhatASecondModelSays() {
        AnalysedScene scene = scene(rule(List.of("shade-3", "kind=deep"), 1));
        see(scene, 20, "FAILED");
        assertThat(scene.events()).hasSize(1);
    }

    @Test
    void itIsSaidInWords() {
        assertThat(rule(List.of("kind=deep"), 1).inWords())
                .startsWith(
                        "alarm when an object with kind=deep of confidence 0.5 or more is in the picture in every frame");
        assertThat(rule(List.of("car", "kind=deep", "kind=wet"), 2).inWords())
                .startsWith(
                        "alarm when at least 2 of car or of objects with kind=deep or kind=wet of confidence 0.5 or more are");
    }
}
