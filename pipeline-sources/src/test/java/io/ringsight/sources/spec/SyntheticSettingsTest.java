package io.ringsight.sources.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.sources.spec.SyntheticSettings.SceneKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SyntheticSettingsTest {
    private static SyntheticSettings settings(String uri) {
        return SyntheticSettings.of((SourceSpec.Synthetic) SourceSpec.parse(uri));
    }

    @Test
    void whatIsNotSaidHasADefault() {
        assertThat(settings("synthetic:pcb"))
                .isEqualTo(
                        new SyntheticSettings(SceneKind.PCB, 640, 640, 25, true, 1, SyntheticSettings.ENDLESS, false));
    }

    @Test
    void readsAll() {
        assertThat(settings("synthetic:boxes?width=320&height=240&fps=12.5&seed=9&frames=100&pace=asap"))
                .isEqualTo(new SyntheticSettings(SceneKind.BOXES, 320, 240, 12.5, false, 9, 100, false));
    }

    @Test
    void noRateMeansAsFastAsPossibleOnATimeLineOf25() {
        assertThat(settings("synthetic:pcb?fps=0&pace=realtime").paced()).isFalse();
        assertThat(settings("synthetic:pcb?pace=realtime&fps=0").ptsNs(25)).isEqualTo(1_000_000_000L);
    }

    @Test
    void frameNumbersComeBackFromTheirTimes() {
        SyntheticSettings settings = settings("synthetic:pcb?fps=29.97");
        for (long frame : new long[] {0, 1, 2, 3, 1000, 123_456_789}) {
            assertThat(settings.frameAt(settings.ptsNs(frame))).isEqualTo(frame);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "width=63 | width takes 64 to 8192 pixels, got '63'",
                "height=9000 | height takes 64 to 8192 pixels, got '9000'",
                "width=wide | width takes 64 to 8192 pixels, got 'wide'",
                "fps=-1 | fps takes 0.01 to 1000, or 0 for as fast as possible, got '-1'",
                "fps=1001 | fps takes 0.01 to 1000, or 0 for as fast as possible, got '1001'",
                "fps= | fps takes 0.01 to 1000, or 0 for as fast as possible, got ''",
                "frames=0 | frames takes a whole number from 1, got '0'",
                "seed=1.5 | seed takes a whole number from 0, got '1.5'",
                "pace=fast | pace takes realtime or asap, got 'fast'",
                "speed=3 | a synthetic source takes width, height, fps, pace, seed and frames, got 'speed'"
            })
    void saysWhatIsWrong(String query, String sentence) {
        assertThatThrownBy(() -> settings("synthetic:pcb?" + query))
                .isInstanceOf(SourceSpecException.class)
                .hasMessage(sentence);
    }
}
