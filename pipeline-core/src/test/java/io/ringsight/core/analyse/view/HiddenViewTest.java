package io.ringsight.core.analyse.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.analyse.view.ViewJudge.State;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Something large that passes before a camera whose view is in doubt. */
class HiddenViewTest {
    private static final int TILE = 8;
    private static final byte[] AS_STARTED = tiles(1, 0);
    private static final byte[] HIDDEN = tiles(3, 0);

    private final ViewJudge judge = new ViewJudge();
    private double seconds;

    /** A lorry each few looks: 12 of them in a minute. */
    @ParameterizedTest
    @CsvSource({"1, 10", "2, 0"})
    void whatHidesAViewForAMomentTakesNoDoubtAway(int scene, int shift) {
        for (int i = 0; i < 12; i++) {
            look(AS_STARTED);
        }
        byte[] other = tiles(scene, shift);
        for (int i = 0; i < 4; i++) {
            look(other);
        }
        assertThat(judge.state()).isEqualTo(State.DOUBT);
        for (int i = 0; i < 72; i++) {
            look(i % 6 == 0 ? HIDDEN : other);
            assertThat(judge.state()).as("look %s", i).isNotEqualTo(State.STEADY);
        }
        assertThat(judge.state()).isEqualTo(State.MOVED);
    }

    @Test
    void whereNothingCanBeSeenAnyMoreNothingIsSaid() {
        for (int i = 0; i < 12; i++) {
            look(AS_STARTED);
        }
        for (int i = 0; i < 8; i++) {
            look(tiles(2, 0));
        }
        assertThat(judge.state()).isEqualTo(State.DOUBT);
        for (int i = 0; i < 60; i++) {
            look(new byte[ViewJudge.WIDTH * ViewJudge.HEIGHT]);
        }
        assertThat(judge.state()).isEqualTo(State.STEADY);
    }

    private void look(byte[] grey) {
        judge.look(grey, Math.round(seconds * 1e9));
        seconds += judge.isCurious() ? 0.5 : 2;
    }

    /** Grey tiles of a scene, so many pixels farther to the right. */
    private static byte[] tiles(int scene, int shift) {
        byte[] grey = new byte[ViewJudge.WIDTH * ViewJudge.HEIGHT];
        for (int i = 0; i < grey.length; i++) {
            int column = (i % ViewJudge.WIDTH + 8 * TILE - shift) / TILE;
            int row = i / ViewJudge.WIDTH / TILE;
            Random dice = new Random(scene * 1_000_003L + column * 131L + row);
            dice.nextInt();
            grey[i] = (byte) (40 + dice.nextInt(160));
        }
        return grey;
    }
}
