package io.ringsight.sources.v4l2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SequenceWatchTest {
    private static final long FRAME_NS = 40_000_000;
    private static final long FRAME_US = 40_000;

    private final SequenceWatch watch = new SequenceWatch(8, FRAME_NS);

    @Test
    void numbersGoOnBeyondTheLargest() {
        watch.lostBefore(-3, 0);
        assertThat(watch.lostBefore(-1, 2 * FRAME_US)).isEqualTo(1);
        assertThat(watch.lostBefore(1, 4 * FRAME_US)).isEqualTo(1);
    }

    @Test
    void aDriverThatDoesNotCountLosesNothing() {
        for (int i = 0; i < 10; i++) {
            assertThat(watch.lostBefore(0, i * 5 * FRAME_US)).isZero();
        }
    }

    @Test
    void noMoreAreLostThanTimeHasPassedFor() {
        watch.lostBefore(1, 0);
        assertThat(watch.lostBefore(1_000_000_000, 10 * FRAME_US)).isEqualTo(11);
    }

    @Test
    void withoutTimesTheNumbersCount() {
        SequenceWatch timeless = new SequenceWatch(8, 0);
        timeless.lostBefore(1, 0);
        assertThat(timeless.lostBefore(5, 0)).isEqualTo(3);
    }
}
