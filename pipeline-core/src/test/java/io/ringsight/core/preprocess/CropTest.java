package io.ringsight.core.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Padding;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelInput.TensorType;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CropTest {
    private static final int WIDTH = 200;
    private static final int HEIGHT = 120;
    private static final ModelInput INPUT = new ModelInput(
            "images", 64, 48, TensorType.FLOAT32, ChannelOrder.RGB, 1 / 255f, new Padding(Placement.CENTER, 114), 0);

    /** Planar, semi-planar and packed, of 8 to 16 bits, with and without a palette. */
    static IntStream formats() {
        return IntStream.of(
                PixelFormat.YUV420P,
                PixelFormat.YUV422P,
                PixelFormat.YUV444P,
                PixelFormat.YUVJ420P,
                PixelFormat.YUV420P10,
                PixelFormat.NV12,
                PixelFormat.NV21,
                PixelFormat.P010,
                PixelFormat.YUYV422,
                PixelFormat.UYVY422,
                PixelFormat.GRAY8,
                PixelFormat.RGB24,
                PixelFormat.BGRA,
                PixelFormat.GBRP,
                avutil.AV_PIX_FMT_YUV410P,
                avutil.AV_PIX_FMT_YUV411P,
                avutil.AV_PIX_FMT_YUVA420P,
                avutil.AV_PIX_FMT_NV16,
                avutil.AV_PIX_FMT_PAL8,
                avutil.AV_PIX_FMT_RGB565LE,
                avutil.AV_PIX_FMT_GRAY10LE,
                avutil.AV_PIX_FMT_RGB48LE,
                avutil.AV_PIX_FMT_BAYER_RGGB8);
    }

    /** Against FFmpeg's own cropping, {@code av_frame_apply_cropping}, of the same pixels. */
    @ParameterizedTest
    @MethodSource("formats")
    void aPartIsWhatFfmpegCutsOut(int format) {
        Random random = new Random(format);
        AVFrame frame = avutil.av_frame_alloc();
        frame.width(WIDTH).height(HEIGHT).format(format);
        assertThat(avutil.av_frame_get_buffer(frame, 64)).isZero();
        for (int i = 0; i < Picture.MAX_PLANES && frame.buf(i) != null; i++) {
            byte[] noise = new byte[(int) frame.buf(i).size()];
            random.nextBytes(noise);
            frame.buf(i).data().put(noise);
        }
        Picture whole = picture(frame);
        try (HostLetterbox letterbox = new HostLetterbox(INPUT)) {
            for (int[] at : new int[][] {{8, 8, 64, 48}, {96, 40, 100, 80}, {104, 16, 96, 33}, {0, 64, 63, 56}}) {
                Crop crop = new Crop();
                crop.set(at[0], at[1], at[2], at[3]);
                TensorRow row = row();
                letterbox.load(crop.of(whole), row);
                TensorRow expected = row();
                letterbox.load(cropped(frame, at), expected);
                assertThat(row.bytes)
                        .as("%d,%d %dx%d", at[0], at[1], at[2], at[3])
                        .isEqualTo(expected.bytes);
            }
        }
        avutil.av_frame_free(frame);
    }

    private static Picture cropped(AVFrame frame, int[] at) {
        AVFrame part = avutil.av_frame_clone(frame);
        part.crop_left(at[0]).crop_top(at[1]);
        part.crop_right(WIDTH - at[0] - at[2]).crop_bottom(HEIGHT - at[1] - at[3]);
        assertThat(avutil.av_frame_apply_cropping(part, avutil.AV_FRAME_CROP_UNALIGNED))
                .isZero();
        return picture(part);
    }

    private static Picture picture(AVFrame frame) {
        Picture picture = new Picture();
        picture.layout(frame.width(), frame.height(), frame.format());
        for (int i = 0; i < Picture.MAX_PLANES; i++) {
            BytePointer data = frame.data(i);
            picture.plane(i, data == null ? 0 : data.address(), frame.linesize(i));
        }
        return picture;
    }

    private static TensorRow row() {
        return new TensorRow(TensorRow.allocate(TensorRow.bytes(INPUT)));
    }

    @Test
    void theWholeIsThePictureItself() {
        try (NativePictures pictures = new NativePictures()) {
            Picture picture = pictures.grey(50, 30, 7);
            Crop crop = new Crop();
            crop.whole(picture);
            assertThat(crop.of(picture)).isSameAs(picture);
        }
    }

    @Test
    void aPartKeepsColoursAndTheShapeOfPixels() {
        try (NativePictures pictures = new NativePictures()) {
            Picture picture = pictures.grey(64, 32, 7);
            picture.pixelAspect(1.5);
            Crop crop = new Crop();
            crop.set(16, 8, 20, 10);
            Picture part = crop.of(picture);
            assertThat(part.pixelAspect()).isEqualTo(1.5);
            assertThat(part.range()).isEqualTo(picture.range());
            assertThat(part.planeAddress(0)).isEqualTo(picture.planeAddress(0) + 8 * 64 + 16);
            assertThat(part.planeStride(0)).isEqualTo(64);
        }
    }

    /** Of few sizes, so that what is kept for each size is made once. */
    @Test
    void theSquareAroundAnObjectHoldsItAndHasOneOfFewSizes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Set<String> sizes = new HashSet<>();
        try (NativePictures pictures = new NativePictures()) {
            Picture picture = pictures.grey(1921, 1084, 7);
            Crop crop = new Crop();
            for (int i = 0; i < 20_000; i++) {
                float width = (float) Math.exp(random.nextDouble() * Math.log(1921));
                float height = Math.min(1084, width * (0.3f + 3 * random.nextFloat()));
                float left = random.nextFloat() * (1921 - width);
                float top = random.nextFloat() * (1084 - height);
                crop.around(left, top, width, height, picture);
                String what = "seed " + seed + ": " + width + "x" + height + " from " + left + "," + top;
                assertThat(crop.of(picture).width()).as(what).isEqualTo(crop.width());
                assertThat(crop.left() - left).as(what).isLessThan(0.01f);
                assertThat(crop.top() - top).as(what).isLessThan(0.01f);
                assertThat(left + width - crop.left() - crop.width()).as(what).isLessThan(0.01f);
                assertThat(top + height - crop.top() - crop.height()).as(what).isLessThan(0.01f);
                int longer = (int) Math.max(width, height);
                assertThat(crop.width()).as(what).isLessThanOrEqualTo(Math.max(32, 5 * (longer + 16) / 4));
                sizes.add(crop.width() + "x" + crop.height());
            }
        }
        assertThat(sizes).hasSizeBetween(20, 2 * HostLetterbox.CAPACITY);
        System.out.println("squares around objects: " + sizes.size() + " sizes");
    }

    @Test
    void whatIsNotInThePictureIsRefused() {
        try (NativePictures pictures = new NativePictures()) {
            Picture picture = pictures.grey(64, 32, 7);
            Crop crop = new Crop();
            crop.set(48, 0, 24, 32);
            assertThatThrownBy(() -> crop.of(picture))
                    .isInstanceOf(PreprocessException.class)
                    .hasMessageContaining("24x32 pixels from 48,0 out of a picture of 64x32");
            assertThatThrownBy(() -> crop.set(4, 0, 8, 8)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void formatsOfWhichPixelsAreNotEvenlySpacedAreNotCut() {
        assertThat(PlaneSteps.of(avutil.AV_PIX_FMT_CUDA)).isNull();
        assertThat(PlaneSteps.of(avutil.AV_PIX_FMT_MONOBLACK)).isNull();
        assertThat(PlaneSteps.of(PixelFormat.NV12)).isNotNull();
    }
}
