package io.ringsight.core.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.core.frame.ColorMatrix;
import io.ringsight.core.frame.ColorRange;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.preprocess.ReferenceLetterbox.Plane;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostLetterboxTest {
    private static final float PAD = 114;

    private final NativePictures pictures = new NativePictures();

    @AfterEach
    void free() {
        pictures.close();
    }

    private static ModelInput input(int width, int height, TensorType type) {
        float scale = type == TensorType.UINT8 ? 1 : 1 / 255f;
        return new ModelInput(
                "images",
                width,
                height,
                type,
                ChannelOrder.RGB,
                scale,
                new ModelInput.Padding(Placement.CENTER, (int) PAD),
                1);
    }

    private static TensorRow row(ModelInput input) {
        return new TensorRow(TensorRow.allocate(TensorRow.bytes(input)));
    }

    /** Noise on a slope: every error of position, weight or colour shows. */
    private static byte[] texture(Random random, int width, int height) {
        byte[] samples = new byte[width * height];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (byte) (24 + (i % width) * 120 / width + (i / width) * 60 / height + random.nextInt(40));
        }
        return samples;
    }

    @ParameterizedTest
    @CsvSource({
        "1920, 1080, 640, 640, BT709, LIMITED",
        "1280, 720, 640, 640, BT601, LIMITED",
        "640, 640, 640, 640, BT709, FULL",
        "320, 240, 640, 640, BT601, FULL",
        "426, 640, 640, 640, BT601, FULL",
        "1366, 768, 416, 416, BT2020, LIMITED",
        "702, 334, 320, 192, BT709, LIMITED",
        "3840, 2160, 640, 640, BT2020, FULL",
    })
    void isBilinearOfTheRightColours(
            int width, int height, int inputWidth, int inputHeight, ColorMatrix matrix, ColorRange range) {
        Random random = new Random(7);
        byte[] luma = texture(random, width, height);
        byte[] blueness = texture(random, width / 2, height / 2);
        byte[] redness = texture(random, width / 2, height / 2);
        Plane y = Plane.of(luma, width, height);
        Plane u = Plane.of(blueness, width / 2, height / 2);
        Plane v = Plane.of(redness, width / 2, height / 2);
        Picture picture = pictures.yuv420(width, height, luma, blueness, redness);
        picture.color(matrix, range);
        ModelInput input = input(inputWidth, inputHeight, TensorType.FLOAT32);
        TensorRow row = row(input);
        try (HostLetterbox letterbox = new HostLetterbox(input)) {
            Letterbox box = letterbox.load(picture, row);
            assertClose(row, input, box, (atX, atY) -> ReferenceLetterbox.rgb(y, u, v, atX, atY, matrix, range));
        }
    }

    @ParameterizedTest
    @CsvSource({"RGB, FLOAT32, BT601", "BGR, FLOAT32, BT709", "RGB, UINT8, BT601", "BGR, FLOAT16, BT2020"})
    void packedColoursAreBilinearToo(ChannelOrder order, TensorType type, ColorMatrix matrix) {
        int format = order == ChannelOrder.RGB ? PixelFormat.RGB24 : PixelFormat.BGR24;
        int width = 500;
        int height = 300;
        byte[] pixels = texture(new Random(9), width * 3, height);
        Picture picture = pictures.packed(width, height, format, pixels);
        picture.color(matrix, ColorRange.LIMITED);
        ModelInput input = input(320, 320, type);
        TensorRow row = row(input);
        try (HostLetterbox letterbox = new HostLetterbox(input)) {
            Letterbox box = letterbox.load(picture, row);
            Plane[] planes = new Plane[3];
            for (int c = 0; c < 3; c++) {
                byte[] samples = new byte[width * height];
                for (int i = 0; i < samples.length; i++) {
                    samples[i] = pixels[3 * i + (format == PixelFormat.RGB24 ? c : 2 - c)];
                }
                planes[c] = Plane.of(samples, width, height);
            }
            assertClose(row, input, box, (atX, atY) ->
                    new double[] {planes[0].at(atX, atY), planes[1].at(atX, atY), planes[2].at(atX, atY)});
        }
    }

    private interface Reference {
        double[] rgb(double atX, double atY);
    }

    private static void assertClose(TensorRow row, ModelInput input, Letterbox box, Reference reference) {
        double sum = 0;
        double most = 0;
        int plane = input.width() * input.height();
        for (int y = 0; y < box.height(); y++) {
            for (int x = 0; x < box.width(); x++) {
                double[] rgb = reference.rgb((x + 0.5) / box.width(), (y + 0.5) / box.height());
                int at = (box.top() + y) * input.width() + box.left() + x;
                for (int c = 0; c < 3; c++) {
                    double error = Math.abs(value(row, input, c * plane + at) - rgb[c]);
                    sum += error;
                    most = Math.max(most, error);
                }
            }
        }
        assertThat(sum / (3.0 * box.width() * box.height())).as("mean error").isLessThanOrEqualTo(0.5);
        assertThat(most).as("largest error").isLessThanOrEqualTo(3);
    }

    /** swscale writes whole vectors: nothing outside the picture's place may change, whatever its size. */
    @ParameterizedTest
    @ValueSource(strings = {"FLOAT32", "FLOAT16", "UINT8"})
    void writesNothingButThePicture(TensorType type) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int turn = 0; turn < 60; turn++) {
            ModelInput input = input(20 + random.nextInt(80), 20 + random.nextInt(80), type);
            int bytes = TensorRow.bytes(input);
            ByteBuffer tensor = TensorRow.allocate(3 * bytes);
            TensorRow middle = new TensorRow(tensor.slice(bytes, bytes));
            Picture picture = pictures.grey(1 + random.nextInt(200), 1 + random.nextInt(200), 200);
            try (HostLetterbox letterbox = new HostLetterbox(input)) {
                Letterbox box = letterbox.load(picture, middle);
                String what = "seed " + seed + ", " + input + ", " + box;
                assertPlanes(middle, input, box, what);
                for (int i = 0; i < bytes; i++) {
                    assertThat(tensor.get(i)).as(what).isZero();
                    assertThat(tensor.get(2 * bytes + i)).as(what).isZero();
                }
            }
        }
    }

    private static void assertPlanes(TensorRow row, ModelInput input, Letterbox box, String what) {
        int index = 0;
        for (int plane = 0; plane < 3; plane++) {
            for (int y = 0; y < input.height(); y++) {
                for (int x = 0; x < input.width(); x++) {
                    boolean inside = x >= box.left()
                            && x < box.left() + box.width()
                            && y >= box.top()
                            && y < box.top() + box.height();
                    float expected = inside ? 200 : PAD;
                    float value = value(row, input, index++);
                    if (Math.abs(value - expected) > 0.2) {
                        assertThat(value).as(what + " at " + x + "," + y).isEqualTo(expected);
                    }
                }
            }
        }
    }

    private static float value(TensorRow row, ModelInput input, int index) {
        return switch (input.type()) {
            case FLOAT32 -> row.floats.get(index) / input.scale();
            case UINT8 -> row.bytes.get(index) & 0xff;
            case FLOAT16 -> HalfFloatTest.toFloat(row.bytes.getShort(2 * index)) / input.scale();
        };
    }

    @Test
    void geometryMayChangeWithEachPicture() {
        ModelInput input = input(64, 64, TensorType.FLOAT32);
        TensorRow row = row(input);
        int[][] sizes = {{64, 64}, {128, 32}, {32, 128}, {100, 99}, {128, 32}};
        try (HostLetterbox letterbox = new HostLetterbox(input)) {
            for (int[] size : sizes) {
                Letterbox box = letterbox.load(pictures.grey(size[0], size[1], 200), row);
                assertPlanes(row, input, box, box.toString());
            }
        }
    }

    @Test
    void remembersABoundedNumberOfKindsOfPictures() {
        ModelInput input = input(32, 32, TensorType.FLOAT32);
        TensorRow row = row(input);
        try (HostLetterbox letterbox = new HostLetterbox(input)) {
            for (int turn = 0; turn < 2; turn++) {
                for (int size = 1; size <= HostLetterbox.CAPACITY + 20; size++) {
                    Letterbox box = letterbox.load(pictures.grey(size, 40, 200), row);
                    assertPlanes(row, input, box, box.toString());
                }
            }
        }
    }

    @Test
    void ordersAndScalesAsTheModelWants() {
        byte[] pixels = new byte[48 * 48 * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i % 3 == 0 ? 250 : i % 3 == 1 ? 100 : 10);
        }
        ModelInput input = new ModelInput(
                "images",
                32,
                32,
                TensorType.FLOAT32,
                ChannelOrder.BGR,
                1,
                new ModelInput.Padding(Placement.TOP_LEFT, (int) PAD),
                1);
        TensorRow row = row(input);
        try (HostLetterbox letterbox = new HostLetterbox(input)) {
            letterbox.load(pictures.packed(48, 48, PixelFormat.RGB24, pixels), row);
            letterbox.load(pictures.packed(48, 48, PixelFormat.RGB24, pixels), row);
            assertThat(row.floats.get(5)).isEqualTo(10, within(0.1f));
            assertThat(row.floats.get(32 * 32 + 5)).isEqualTo(100, within(0.1f));
            assertThat(row.floats.get(2 * 32 * 32 + 5)).isEqualTo(250, within(0.1f));
            Letterbox box = letterbox.load(pictures.grey(20, 10, 200), row);
            assertThat(box).isEqualTo(new Letterbox(20, 10, 0, 0, 32, 16));
            assertPlanes(row, input, box, "top left");
        }
    }

    @Test
    void refusesWhatItCannotRead() {
        ModelInput input = input(32, 32, TensorType.FLOAT32);
        TensorRow row = row(input);
        try (HostLetterbox letterbox = new HostLetterbox(input)) {
            for (int format : new int[] {-1, 9_999, 44}) {
                Picture picture = pictures.grey(32, 32, 1);
                picture.layout(32, 32, format);
                assertThatThrownBy(() -> letterbox.load(picture, row))
                        .isInstanceOf(PreprocessException.class)
                        .hasMessageContaining("cannot convert pictures of 32x32");
            }
            letterbox.load(pictures.grey(32, 32, 200), row);
        }
    }

    @Test
    void closesTwice() {
        HostLetterbox letterbox = new HostLetterbox(input(32, 32, TensorType.FLOAT32));
        letterbox.load(pictures.grey(32, 32, 1), row(input(32, 32, TensorType.FLOAT32)));
        letterbox.close();
        letterbox.close();
    }
}
