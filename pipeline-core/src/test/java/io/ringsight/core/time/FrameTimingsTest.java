package io.ringsight.core.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FrameTimingsTest {
    private final FrameTimings timings = new FrameTimings();

    /** A frame that was loaded waits for the rest of its batch to be: that is waiting, too. */
    @Test
    void noNanosecondBetweenDecodeAndPublishIsLeftOut() {
        timings.start(3, 100);
        timings.loaded(110, 117);
        timings.launched(130);
        timings.inferred(170);
        timings.published(200);

        assertThat(timings.queueNs()).isEqualTo(10 + 13);
        assertThat(timings.preprocessNs()).isEqualTo(7);
        assertThat(timings.inferNs()).isEqualTo(40);
        assertThat(timings.postNs()).isEqualTo(30);
        assertThat(timings.latencyNs()).isEqualTo(23 + 7 + 40 + 30);
    }

    @Test
    void aFrameThatGetsNoFartherHasNothingOfTheOneBefore() {
        timings.start(3, 100);
        timings.loaded(110, 117);
        timings.launched(130);
        timings.inferred(170);
        timings.published(200);

        timings.start(4, 1_000);
        timings.published(1_050);

        assertThat(timings.decodeNs()).isEqualTo(4);
        assertThat(timings.queueNs() + timings.preprocessNs() + timings.inferNs())
                .isZero();
        assertThat(timings.postNs()).isEqualTo(timings.latencyNs()).isEqualTo(50);
    }
}
