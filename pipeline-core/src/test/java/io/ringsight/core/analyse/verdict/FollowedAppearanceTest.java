package io.ringsight.core.analyse.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FollowedAppearanceTest {
    private static final int BOARD = SeenFrame.LABELS.indexOf("board");

    private final SeenFrame frame = new SeenFrame();

    private void object(int classId, long track, float left) {
        int at = frame.found.size();
        frame.found.add(left, 100, 200, 200, 0.9f, classId);
        frame.found.track(at, track, classId);
    }

    @Test
    void aFollowedPartThatIsWholeInThePictureIsShown() {
        FollowedAppearance appearance = new FollowedAppearance("board");
        object(SeenFrame.LABELS.indexOf("spur"), 3, 300);
        assertThat(appearance.shown(frame)).isEqualTo(Appearance.NONE);
        object(BOARD, 4, 0);
        assertThat(appearance.shown(frame)).isEqualTo(Appearance.NONE);
        object(BOARD, 5, 300);
        assertThat(appearance.shown(frame)).isEqualTo(5);
    }

    @Test
    void theClassMayBeInUpperOrLowerCaseAsEverywhere() {
        object(BOARD, 5, 300);
        assertThat(new FollowedAppearance("Board").shown(frame)).isEqualTo(5);
    }
}
