package io.ringsight.sources.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.Picture;
import org.junit.jupiter.api.Test;

/** A camera's own time against the host's, by a clock that tests turn. */
class StreamWatchTest {
    private static final long MS = 1_000_000L;
    private static final long FRAME_NS = 40 * MS;

    private final StreamWatch watch = new StreamWatch(FRAME_NS);
    private long ptsNs = 777 * MS;
    private long nowNs = 5_000 * MS;

    @Test
    void aBurstAtTheStartIsNoLagAndNoJump() {
        for (int i = 0; i < 30; i++) {
            assertThat(frame(FRAME_NS, MS)).isFalse();
            assertThat(watch.lagNs()).isZero();
        }
        steady(100);
        assertThat(watch.lagNs()).isZero();
    }

    @Test
    void lagGrowsOnASlowLineAndIsGoneWhenTheQueueEmpties() {
        steady(50);
        for (int i = 0; i < 30; i++) {
            assertThat(frame(FRAME_NS, 3 * FRAME_NS)).isFalse();
        }
        // Thirty times eighty milliseconds, less one percent of the 3.6 s it took.
        assertThat(watch.lagNs()).isBetween(2_360 * MS, 2_400 * MS);
        for (int i = 0; i < 63; i++) {
            assertThat(frame(FRAME_NS, MS)).isFalse();
        }
        assertThat(watch.lagNs()).isLessThan(20 * MS);
    }

    @Test
    void aPauseOfTheLineIsLagAndTheSkipAfterItIsNoJump() {
        steady(50);
        assertThat(frame(FRAME_NS, 5_000 * MS)).isFalse();
        assertThat(watch.lagNs()).isGreaterThan(4_800 * MS);
        assertThat(frame(4_960 * MS, MS)).as("the server left out what was old").isFalse();
        assertThat(watch.lagNs()).isLessThan(100 * MS);
    }

    @Test
    void aCameraWhoseClockIsHalfAPercentWrongDoesNotLag() {
        for (int i = 0; i < 100_000; i++) {
            assertThat(frame(FRAME_NS, FRAME_NS + FRAME_NS / 200)).isFalse();
        }
        assertThat(watch.lagNs()).isLessThan(10 * MS);
    }

    @Test
    void seesTimeGoBackAndLeapAhead() {
        steady(10);
        assertThat(frame(-1_000 * MS, FRAME_NS)).isTrue();
        assertThat(watch.lagNs()).isZero();
        steady(10);
        assertThat(frame(3_600_000 * MS, FRAME_NS)).isTrue();
        steady(10);
        assertThat(frame(3_000 * MS, 3_000 * MS))
                .as("packets were lost for three seconds")
                .isFalse();
    }

    @Test
    void seesTimeStandStillOnceAndDoesNotCallThatLag() {
        steady(10);
        int found = 0;
        for (int i = 0; i < 100; i++) {
            found += frame(0, FRAME_NS) ? 1 : 0;
            assertThat(watch.lagNs()).isZero();
        }
        assertThat(found).isEqualTo(1);
        assertThat(frame(FRAME_NS, FRAME_NS)).isFalse();
        steady(10);
        assertThat(watch.lagNs()).isZero();
    }

    @Test
    void knowsNothingOfTimeWithoutStamps() {
        for (int i = 0; i < 10; i++) {
            nowNs += FRAME_NS;
            assertThat(watch.jumps(Picture.UNKNOWN, nowNs)).isFalse();
        }
        steady(10);
    }

    @Test
    void seesFarTooFewAndFarTooManyFrames() {
        assertThat(deviations(FRAME_NS)).isZero();
        assertThat(deviations(FRAME_NS * 18 / 10)).isZero();
        assertThat(deviations(FRAME_NS * 3)).isEqualTo(9);
        assertThat(deviations(FRAME_NS / 3)).isEqualTo(9);
    }

    /** In 100 s. */
    private static int deviations(long intervalNs) {
        StreamWatch watch = new StreamWatch(FRAME_NS);
        int found = 0;
        for (long now = 0; now < 100_000 * MS; now += intervalNs) {
            found += watch.deviates(now) ? 1 : 0;
        }
        return found;
    }

    private void steady(int frames) {
        for (int i = 0; i < frames; i++) {
            assertThat(frame(FRAME_NS, FRAME_NS)).isFalse();
        }
    }

    private boolean frame(long stepNs, long passedNs) {
        ptsNs += stepNs;
        nowNs += passedNs;
        return watch.jumps(ptsNs, nowNs);
    }
}
