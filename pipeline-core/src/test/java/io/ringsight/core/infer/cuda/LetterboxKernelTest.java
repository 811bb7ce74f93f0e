package io.ringsight.core.infer.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.preprocess.HostLetterbox;
import io.ringsight.core.preprocess.Letterbox;
import io.ringsight.core.preprocess.TensorRow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernel's own source, run on the CPU, against the CPU letterbox and against plain arithmetic. */
@Tag("cuda-double")
class LetterboxKernelTest {
    private static final int CASES = 200;
    private static final double MAX_MEAN = 0.5;
    private static final double MOST = 3;
    private static final String[] PAIRS = {"kernel and CPU", "kernel and reference", "CPU and reference"};
    private static final int BLOCK_X = 32;
    private static final int BLOCK_Y = 8;

    private final NativePictures pictures = new NativePictures();

    @BeforeAll
    static void compile(@TempDir Path directory) throws IOException, InterruptedException {
        HostKernel.load(directory);
    }

    @AfterEach
    void free() {
        pictures.close();
    }

    /** Mean and largest difference, in grey steps of 255. */
    private static final class Difference {
        private double sum;
        private double most;
        private long count;

        void add(double one, double other) {
            double difference = Math.abs(one - other);
            sum += difference;
            most = Math.max(most, difference);
            count++;
        }

        void add(Difference other) {
            sum += other.sum;
            most = Math.max(most, other.most);
            count += other.count;
        }

        double mean() {
            return sum / count;
        }
    }

    @Test
    void argumentsAreAsLargeAsTheKernelThinks() {
        assertThat(HostKernel.argumentBytes()).isEqualTo(LetterboxArguments.BYTES);
    }

    /** What the review of the GPU path asked for: 22 % of 1080p are not read, and 55 % of 2160p. */
    @ParameterizedTest
    @CsvSource({"1920, 1080, 0.22", "3840, 2160, 0.55", "1280, 720, 0"})
    void linesThatAreNotReadAreNotCopied(int width, int height, double leftOut) {
        ModelInput input = new ModelInput(
                "images",
                640,
                640,
                TensorType.FLOAT32,
                ChannelOrder.RGB,
                1 / 255f,
                new ModelInput.Padding(Placement.CENTER, 114),
                1);
        Picture picture = new Picture();
        picture.layout(width, height, PixelFormat.YUV420P);
        picture.plane(0, 0, width);
        picture.plane(1, 0, width / 2);
        picture.plane(2, 0, width / 2);
        PackedPicture plan = new PackedPicture();
        plan.plan(picture, PictureLayout.of(PixelFormat.YUV420P), fit(picture, input));
        assertThat(1 - plan.bytes() / (1.5 * width * height)).isEqualTo(leftOut, within(0.01));
    }

    @Test
    void isTheCpuLetterboxAndPlainArithmetic() {
        long seed = Long.getLong("letterbox.seed", System.nanoTime());
        Random random = new Random(seed);
        Difference[] all = {new Difference(), new Difference(), new Difference()};
        for (int turn = 0; turn < CASES; turn++) {
            RandomPicture picture = RandomPicture.of(random, turn, pictures);
            ModelInput input = input(random, picture.picture());
            String what = "seed " + seed + ", case " + turn + ", format " + picture.format() + ", "
                    + picture.picture().width() + "x" + picture.picture().height() + ", " + picture.matrix() + ", "
                    + picture.range() + ", " + input;
            ByteBuffer kernel = kernel(picture.picture(), input, turn % 2 == 0);
            ByteBuffer host = TensorRow.allocate(TensorRow.bytes(input));
            Letterbox box;
            try (HostLetterbox letterbox = new HostLetterbox(input)) {
                box = letterbox.load(picture.picture(), new TensorRow(host));
            }
            Difference[] one = compare(picture, input, box, kernel, host);
            for (int i = 0; i < all.length; i++) {
                assertThat(one[i].mean()).as("mean, %s, %s", PAIRS[i], what).isLessThanOrEqualTo(MAX_MEAN);
                assertThat(one[i].most).as("largest, %s, %s", PAIRS[i], what).isLessThanOrEqualTo(MOST);
                all[i].add(one[i]);
            }
            pictures.close();
        }
        for (int i = 0; i < all.length; i++) {
            System.out.printf(
                    "%s: mean %.4f, largest %.3f of 255 (%d cases, seed %d)%n",
                    PAIRS[i], all[i].mean(), all[i].most, CASES, seed);
        }
    }

    private static ModelInput input(Random random, Picture picture) {
        ModelInput input = input(random);
        while (fit(picture, input).width() < RandomPicture.LEAST) {
            input = input(random);
        }
        return input;
    }

    private static Letterbox fit(Picture picture, ModelInput input) {
        return Letterbox.fit(picture, input);
    }

    private static ModelInput input(Random random) {
        TensorType type = TensorType.values()[random.nextInt(3)];
        float scale = type == TensorType.UINT8 || random.nextInt(4) == 0 ? 1 : 1 / 255f;
        return new ModelInput(
                "images",
                16 + random.nextInt(240),
                16 + random.nextInt(240),
                type,
                random.nextBoolean() ? ChannelOrder.RGB : ChannelOrder.BGR,
                scale,
                new ModelInput.Padding(random.nextBoolean() ? Placement.CENTER : Placement.TOP_LEFT, 114),
                1);
    }

    private static ByteBuffer kernel(Picture picture, ModelInput input, boolean packed) {
        int bytes = TensorRow.bytes(input);
        PictureLayout layout = PictureLayout.of(picture.pixelFormat());
        Letterbox box = fit(picture, input);
        ByteBuffer output = TensorRow.allocate(bytes);
        PackedPicture plan = new PackedPicture();
        plan.plan(picture, layout, box);
        try (LetterboxArguments arguments = new LetterboxArguments(input);
                BytePointer row = new BytePointer(output);
                BytePointer block = new BytePointer(plan.bytes())) {
            if (packed) {
                plan.copy(picture, block.address());
                arguments.packed(picture, plan, block.address(), row.address());
            } else {
                arguments.inPlace(picture, layout, box, row.address());
            }
            HostKernel.run(
                    arguments.memory().address(),
                    (input.width() + BLOCK_X - 1) / BLOCK_X,
                    (input.height() + BLOCK_Y - 1) / BLOCK_Y,
                    BLOCK_X,
                    BLOCK_Y);
        }
        return output;
    }

    /** Kernel against host, kernel against reference, host against reference. */
    private static Difference[] compare(
            RandomPicture picture, ModelInput input, Letterbox box, ByteBuffer kernel, ByteBuffer host) {
        Difference[] differences = {new Difference(), new Difference(), new Difference()};
        int plane = input.width() * input.height();
        for (int y = 0; y < input.height(); y++) {
            for (int x = 0; x < input.width(); x++) {
                double[] rgb = {114, 114, 114};
                boolean inside = x >= box.left()
                        && x < box.left() + box.width()
                        && y >= box.top()
                        && y < box.top() + box.height();
                if (inside) {
                    rgb = picture.rgb((x - box.left() + 0.5) / box.width(), (y - box.top() + 0.5) / box.height());
                }
                for (int c = 0; c < 3; c++) {
                    int color = input.order() == ChannelOrder.RGB ? c : 2 - c;
                    int at = c * plane + y * input.width() + x;
                    double ofKernel = value(kernel, input, at);
                    double ofHost = value(host, input, at);
                    differences[0].add(ofKernel, ofHost);
                    differences[1].add(ofKernel, rgb[color]);
                    differences[2].add(ofHost, rgb[color]);
                }
            }
        }
        return differences;
    }

    private static double value(ByteBuffer tensor, ModelInput input, int index) {
        return switch (input.type()) {
            case FLOAT32 -> tensor.getFloat(4 * index) / input.scale();
            case UINT8 -> tensor.get(index) & 0xff;
            case FLOAT16 -> half(tensor.getShort(2 * index)) / input.scale();
        };
    }

    /** A half float that is not negative. */
    private static double half(short half) {
        int exponent = half >> 10 & 0x1f;
        int fraction = half & 0x3ff;
        return exponent == 0 ? fraction * 0x1p-24 : (1 + fraction / 1024.0) * Math.pow(2, exponent - 15);
    }
}
