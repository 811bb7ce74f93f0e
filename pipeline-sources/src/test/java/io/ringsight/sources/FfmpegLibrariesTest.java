package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.time.Clock;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class FfmpegLibrariesTest {
    /** Whatever lies in the memory the picture is made in. */
    @RepeatedTest(20)
    void aPictureOfOurOwnIsAlwaysEncoded() {
        byte[] picture = DecoderTrial.h264Picture();
        assertThat(picture).startsWith(0, 0, 0, 1).hasSizeBetween(30, 1_400);
    }

    @Test
    void aCameraOfOurOwnIsReadAsCamerasAre() throws InterruptedException {
        assertThat(FfmpegLibraries.rtsp(Clock.system())).contains("rtsp://127.0.0.1:", "gives h264 of 64x64");
    }
}
