package io.ringsight.sources.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.Picture;
import org.junit.jupiter.api.Test;

/** Which pictures a lost packet spoils. */
class SpoiledPicturesTest {
    private static final long FRAME_NS = 40_000_000L;

    private long missed;
    private final SpoiledPictures damage = new SpoiledPictures(() -> missed);

    @Test
    void trustsAnUndamagedStream() {
        for (int i = 0; i < 100; i++) {
            assertThat(picture(i % 25 == 0, false)).isFalse();
            assertThat(damage.vanishedBefore(i * FRAME_NS)).isZero();
        }
    }

    @Test
    void distrustsAllUntilTheNextKeyFrame() {
        picture(true, false);
        assertThat(picture(false, true)).isTrue();
        assertThat(picture(false, false)).isTrue();
        assertThat(picture(true, false)).isFalse();
        assertThat(picture(false, false)).isFalse();
    }

    @Test
    void distrustsWhatTheDecoderDoesNotReport() {
        picture(true, false);
        missed += 3;
        assertThat(picture(false, false)).isTrue();
        assertThat(picture(false, false)).isTrue();
        assertThat(picture(true, false)).isFalse();
    }

    @Test
    void distrustsAKeyFrameThatMayHaveLostAPartItself() {
        picture(true, false);
        missed++;
        assertThat(picture(true, false)).isTrue();
        assertThat(picture(true, false))
                .as("the parser reads one picture ahead")
                .isTrue();
        assertThat(picture(true, false)).isFalse();
    }

    @Test
    void distrustsWhatFollowsARefusedPacketAndADamagedKeyFrame() {
        picture(true, false);
        damage.packet();
        damage.refused();
        assertThat(picture(false, false)).isTrue();
        assertThat(picture(true, true)).isTrue();
        assertThat(picture(false, false)).isTrue();
        assertThat(picture(true, false)).isFalse();
    }

    @Test
    void trustsAStreamWithoutKeyFramesAgainAfterAWhile() {
        picture(true, false);
        assertThat(picture(false, true)).isTrue();
        int spoiled = 0;
        while (picture(false, false)) {
            spoiled++;
        }
        assertThat(spoiled).isEqualTo(300);
    }

    @Test
    void distrustsAsLongAsKeyFramesAreApart() {
        for (int i = 0; i < 1_501; i++) {
            picture(i % 1_500 == 0, false);
        }
        assertThat(picture(false, true)).isTrue();
        int spoiled = 0;
        while (picture(false, false)) {
            spoiled++;
        }
        assertThat(spoiled).isEqualTo(1_500);
    }

    @Test
    void countsPicturesThatVanishedWithLostPackets() {
        damage.vanishedBefore(0);
        damage.vanishedBefore(FRAME_NS);
        missed++;
        picture(false, false);
        assertThat(damage.vanishedBefore(5 * FRAME_NS)).isEqualTo(3);
        picture(false, false);
        assertThat(damage.vanishedBefore(6 * FRAME_NS)).isZero();
    }

    @Test
    void countsNoneWhereTheCameraLeftFramesOutOrTimeIsUnknown() {
        damage.vanishedBefore(0);
        damage.vanishedBefore(FRAME_NS);
        assertThat(damage.vanishedBefore(9 * FRAME_NS)).isZero();
        missed++;
        picture(false, false);
        assertThat(damage.vanishedBefore(Picture.UNKNOWN)).isZero();
        missed++;
        picture(false, false);
        assertThat(damage.vanishedBefore(20 * FRAME_NS)).isZero();
    }

    @Test
    void doesNotCountARefusedPictureTwice() {
        damage.vanishedBefore(0);
        damage.vanishedBefore(FRAME_NS);
        missed++;
        damage.packet();
        damage.refused();
        damage.packet();
        assertThat(damage.vanishedBefore(4 * FRAME_NS)).isEqualTo(1);
    }

    private boolean picture(boolean key, boolean reported) {
        damage.packet();
        return damage.spoils(key, reported);
    }
}
