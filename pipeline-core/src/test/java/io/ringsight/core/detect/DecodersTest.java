package io.ringsight.core.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelOutput.Head;
import io.ringsight.core.model.ModelSpec;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DecodersTest {
    private static final int CLASSES = 3;
    private static final int SIDE = 64;
    /** Cells of the grids of stride 8, 16 and 32 in a 64x64 input. */
    private static final int ANCHORS = 64 + 16 + 4;

    private final Detections found = new Detections(Detections.DEFAULT_CAPACITY);

    private static ModelSpec spec(Head head, int candidates) {
        int values = head == Head.END_TO_END ? 6 : head == Head.YOLOX ? 5 + CLASSES : 4 + CLASSES;
        return new ModelSpec(
                "test",
                "1",
                Path.of("test.onnx"),
                "0".repeat(64),
                "fp32",
                new ModelInput("images", SIDE, SIDE, TensorType.FLOAT32, ChannelOrder.RGB, 1, Placement.CENTER, 114, 0),
                new ModelOutput("output0", head, candidates, values, 0.5f),
                IntStream.range(0, CLASSES).mapToObj(i -> "class-" + i).toList(),
                0.25f);
    }

    private static DetectionDecoder decoder(Head head, int candidates) {
        return Decoders.of(spec(head, candidates));
    }

    private void assertFound(int index, double left, double top, double width, double height) {
        assertThat(found.left(index)).isEqualTo((float) left, within(1e-3f));
        assertThat(found.top(index)).isEqualTo((float) top, within(1e-3f));
        assertThat(found.width(index)).isEqualTo((float) width, within(1e-3f));
        assertThat(found.height(index)).isEqualTo((float) height, within(1e-3f));
    }

    @Test
    void endToEndReadsCornersOfTheRightRow() {
        float[] values = {
            0, 0, 9, 9, 0.9f, 0, 0, 0, 9, 9, 0.8f, 0, // row 0
            1, 2, 11, 22, 0.5f, 1, 5, 5, 6, 7, 0.75f, 1.9999f, // row 1
        };
        decoder(Head.END_TO_END, 2).decode(FloatBuffer.wrap(values), 1, 0.25f, found);
        assertThat(found.size()).isEqualTo(2);
        assertThat(found.confidence(0)).isEqualTo(0.75f);
        assertThat(found.classId(0)).isEqualTo(2);
        assertFound(0, 5, 5, 1, 2);
        assertFound(1, 1, 2, 10, 20);
    }

    @Test
    void endToEndKeepsOverlappingBoxes() {
        float[] values = {0, 0, 9, 9, 0.9f, 0, 0, 0, 9, 9, 0.8f, 0};
        decoder(Head.END_TO_END, 2).decode(FloatBuffer.wrap(values), 0, 0.25f, found);
        assertThat(found.size()).isEqualTo(2);
    }

    /** Channel-first: value v of anchor a at v x A + a. */
    private static FloatBuffer raw(float[][] anchors) {
        int values = anchors[0].length;
        FloatBuffer output = FloatBuffer.allocate(values * anchors.length);
        for (int a = 0; a < anchors.length; a++) {
            for (int v = 0; v < values; v++) {
                output.put(v * anchors.length + a, anchors[a][v]);
            }
        }
        return output;
    }

    @Test
    void oneToOneTakesTheBestPairsOfAnchorAndClass() {
        FloatBuffer output = raw(new float[][] {{20, 30, 10, 20, 0.1f, 0.6f, 0.5f}, {21, 31, 10, 20, 0.9f, 0, 0}});
        decoder(Head.ONE_TO_ONE, 2).decode(output, 0, 0.25f, found);
        assertThat(found.size()).isEqualTo(3);
        assertThat(IntStream.range(0, 3).map(found::classId)).containsExactly(0, 1, 2);
        assertFound(0, 16, 21, 10, 20);
        assertFound(1, 15, 20, 10, 20);
    }

    @Test
    void oneToManySuppressesWithinAClassOnly() {
        FloatBuffer output = raw(new float[][] {
            {20, 30, 10, 20, 0.8f, 0, 0},
            {21, 31, 10, 20, 0.9f, 0, 0},
            {21, 31, 10, 20, 0, 0.7f, 0},
            {50, 50, 10, 20, 0.6f, 0, 0},
            {30, 30, 10, 20, 0.2f, 0, 0}
        });
        decoder(Head.ONE_TO_MANY, 5).decode(output, 0, 0.25f, found);
        assertThat(IntStream.range(0, found.size()).mapToObj(found::confidence)).containsExactly(0.9f, 0.7f, 0.6f);
    }

    @Test
    void oneToOneFindsTheSameAsSortingAll() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int anchors = 2_000;
        FloatBuffer output = FloatBuffer.allocate((4 + CLASSES) * anchors);
        for (int i = 0; i < output.capacity(); i++) {
            output.put(i, i < 4 * anchors ? 1 + random.nextInt(60) : random.nextFloat());
        }
        decoder(Head.ONE_TO_ONE, anchors).decode(output, 0, 0, found);
        float[] scores = new float[CLASSES * anchors];
        output.get(4 * anchors, scores);
        java.util.Arrays.sort(scores);
        assertThat(found.size()).as("seed %d", seed).isEqualTo(300);
        for (int i = 0; i < 300; i++) {
            assertThat(found.confidence(i)).as("seed %d", seed).isEqualTo(scores[scores.length - 1 - i]);
        }
    }

    @Test
    void yoloxAddsTheCellAndMultipliesByTheStride() {
        FloatBuffer output = FloatBuffer.allocate(2 * ANCHORS * (5 + CLASSES));
        // Second picture, grid of stride 16 (behind 64 cells of stride 8), cell 2 of row 1: 4 columns.
        int at = (ANCHORS + 64 + 4 + 2) * (5 + CLASSES);
        output.put(at, new float[] {0.5f, 0.25f, (float) Math.log(2), 0, 0.8f, 0.1f, 0.5f, 0.2f});
        decoder(Head.YOLOX, ANCHORS).decode(output, 1, 0.25f, found);
        assertThat(found.size()).isEqualTo(1);
        assertThat(found.classId(0)).isEqualTo(1);
        assertThat(found.confidence(0)).isEqualTo(0.4f, within(1e-6f));
        assertFound(0, 2.5 * 16 - 16, 1.25 * 16 - 8, 32, 16);
    }

    private static FloatBuffer garbage(Random random, int size) {
        float[] odd = {
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            0,
            -0f,
            -1,
            1e30f
        };
        FloatBuffer output = FloatBuffer.allocate(size);
        for (int i = 0; i < size; i++) {
            output.put(i, random.nextInt(4) == 0 ? odd[random.nextInt(odd.length)] : random.nextFloat() * 70);
        }
        return output;
    }

    /** Whatever a network says: no more than fits, best first, real boxes of known classes above the threshold. */
    @ParameterizedTest
    @EnumSource(Head.class)
    void survivesAnything(Head head) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        DetectionDecoder decoder = decoder(head, ANCHORS);
        int size = 2 * ANCHORS * spec(head, ANCHORS).output().values();
        for (int turn = 0; turn < 500; turn++) {
            Detections into = new Detections(1 + random.nextInt(100));
            float threshold = random.nextFloat();
            decoder.decode(garbage(random, size), random.nextInt(2), threshold, into);
            assertThat(into.size()).isLessThanOrEqualTo(into.capacity());
            for (int i = 0; i < into.size(); i++) {
                String what = "seed " + seed;
                assertThat(into.confidence(i)).as(what).isBetween(threshold, i == 0 ? 1 : into.confidence(i - 1));
                assertThat(into.classId(i))
                        .as(what)
                        .isBetween(0, head == Head.END_TO_END ? Integer.MAX_VALUE : CLASSES - 1);
                assertThat(into.width(i)).as(what).isPositive().isFinite();
                assertThat(into.height(i)).as(what).isPositive().isFinite();
                assertThat(into.left(i)).as(what).isFinite();
                assertThat(into.top(i)).as(what).isFinite();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Head.class,
            names = {"ONE_TO_MANY", "YOLOX"})
    void noTwoOfAClassOverlapMoreThanAllowed(Head head) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        DetectionDecoder decoder = decoder(head, ANCHORS);
        FloatBuffer output =
                FloatBuffer.allocate(ANCHORS * spec(head, ANCHORS).output().values());
        for (int turn = 0; turn < 100; turn++) {
            for (int i = 0; i < output.capacity(); i++) {
                output.put(
                        i, head == Head.YOLOX ? random.nextFloat() : random.nextFloat() * (i < 4 * ANCHORS ? 60 : 1));
            }
            decoder.decode(output, 0, 0.1f, found);
            for (int a = 0; a < found.size(); a++) {
                for (int b = a + 1; b < found.size(); b++) {
                    if (found.classId(a) == found.classId(b)) {
                        assertThat(Nms.overlap(found, a, b)).as("seed %d", seed).isLessThanOrEqualTo(0.5f);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Head.class)
    void allocatesNothing(Head head) {
        DetectionDecoder decoder = decoder(head, ANCHORS);
        FloatBuffer output =
                FloatBuffer.allocate(ANCHORS * spec(head, ANCHORS).output().values());
        Random random = new Random(1);
        for (int i = 0; i < output.capacity(); i++) {
            output.put(i, random.nextFloat() * 2);
        }
        for (int i = 0; i < 20_000; i++) {
            decoder.decode(output, 0, 0.1f, found);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        threads.getThreadAllocatedBytes(thread);
        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < 2_000; i++) {
            decoder.decode(output, 0, 0.1f, found);
        }
        assertThat(threads.getThreadAllocatedBytes(thread) - before).isLessThan(2_000);
    }

    /** Wrong labels must not make detections vanish. */
    @Test
    void classesTheLabelsDoNotHaveAreKept() {
        float[] values = {0, 0, 9, 9, 0.9f, 77, 0, 0, 9, 9, 0.8f, 1, 0, 0, 9, 9, 0.8f, -1};
        decoder(Head.END_TO_END, 3).decode(FloatBuffer.wrap(values), 0, 0.25f, found);
        assertThat(found.size()).isEqualTo(2);
        assertThat(found.classId(0)).isEqualTo(77);
    }
}
