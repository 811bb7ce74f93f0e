package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.sources.libav.FilterChain;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A picture from a GPU that goes to host memory, with columns and lines that are not to be seen. */
class HiddenColumnsTest {
    private static final int WIDTH = 64;
    private static final int HEIGHT = 48;

    private final AVFrame frame = av_frame_alloc();

    @BeforeEach
    void fill() {
        frame.width(WIDTH);
        frame.height(HEIGHT);
        frame.format(AV_PIX_FMT_NV12);
        assertThat(av_frame_get_buffer(frame, 0)).isZero();
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                frame.data(0).put((long) y * frame.linesize(0) + x, (byte) (x + y));
                frame.data(1).put((long) y / 2 * frame.linesize(1) + x, (byte) (x + y / 2));
            }
        }
    }

    @AfterEach
    void free() {
        av_frame_free(frame);
    }

    @Test
    void areCutOffOnceThePictureIsThere() {
        frame.crop_left(6);
        frame.crop_top(4);
        assertThat(FilterChain.cutHidden(frame)).isZero();
        assertThat(frame.width()).isEqualTo(WIDTH - 6);
        assertThat(frame.height()).isEqualTo(HEIGHT - 4);
        assertThat(frame.data(0).get(0)).as("luma").isEqualTo((byte) 10);
        assertThat(frame.data(1).get(0)).as("chroma").isEqualTo((byte) 8);
        assertThat(frame.crop_left() + frame.crop_top()).as("left to be cut").isZero();
    }

    @Test
    void aPictureThatHidesNothingStaysAsItIs() {
        assertThat(FilterChain.cutHidden(frame)).isZero();
        assertThat(frame.width()).isEqualTo(WIDTH);
        assertThat(frame.height()).isEqualTo(HEIGHT);
        assertThat(frame.data(0).get(0)).isZero();
    }
}
