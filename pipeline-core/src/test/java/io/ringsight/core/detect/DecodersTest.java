package io.ringsight.core.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.ringsight.core.model.ModelOutput.Boxes;
import io.ringsight.core.model.ModelOutput.Head;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DecodersTest {
    private static final int CLASSES = DecoderSpecs.CLASSES;
    private static final int SIDE = DecoderSpecs.SIDE;
    private static final int ANCHORS = DecoderSpecs.ANCHORS;

    private final Detections found = new Detections(Detections.DEFAULT_CAPACITY);

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
        DecoderSpecs.decoder(Head.END_TO_END, 2).decode(FloatBuffer.wrap(values), 1, 0.25f, found);
        assertThat(found.size()).isEqualTo(2);
        assertThat(found.confidence(0)).isEqualTo(0.75f);
        assertThat(found.classId(0)).isEqualTo(2);
        assertFound(0, 5, 5, 1, 2);
        assertFound(1, 1, 2, 10, 20);
    }

    @Test
    void objectsOfOtherClassesTakeNoRoom() {
        float[] values = {0, 0, 9, 9, 0.9f, 0, 0, 0, 9, 9, 0.8f, 0, 5, 5, 6, 7, 0.5f, 2};
        Detections small = new Detections(1);
        small.only(WantedClasses.of(List.of(2)));
        DecoderSpecs.decoder(Head.END_TO_END, 3).decode(FloatBuffer.wrap(values), 0, 0.25f, small);
        assertThat(small.size()).isEqualTo(1);
        assertThat(small.classId(0)).isEqualTo(2);
        assertThat(small.isCut()).isFalse();
        assertThat(small.unwanted()).isEqualTo(2);
        small.only(WantedClasses.ALL);
        small.clear();
        DecoderSpecs.decoder(Head.END_TO_END, 3).decode(FloatBuffer.wrap(values), 0, 0.25f, small);
        assertThat(small.classId(0)).isZero();
        assertThat(small.isCut()).isTrue();
        assertThat(small.unwanted()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = Head.class,
            names = {"ONE_TO_ONE", "ONE_TO_MANY"})
    void rawHeadsGiveAllObjectsOfTheWantedClasses(Head head) {
        int anchors = 1_500;
        float[] values = new float[(4 + CLASSES) * anchors];
        for (int anchor = 0; anchor < anchors; anchor++) {
            // side by side, so that none overlaps another
            values[anchor] = 4 * anchor;
            values[anchors + anchor] = 4;
            values[2 * anchors + anchor] = head == Head.ONE_TO_ONE ? 4 * anchor + 2 : 2;
            values[3 * anchors + anchor] = head == Head.ONE_TO_ONE ? 6 : 2;
            int classId = anchor % 100 == 0 ? 1 : 0;
            values[(4 + classId) * anchors + anchor] = classId == 1 ? 0.3f : 0.9f;
        }
        Detections room = new Detections(Detections.RAW_CAPACITY);
        room.only(WantedClasses.of(List.of(1)));
        DecoderSpecs.decoder(head, anchors).decode(FloatBuffer.wrap(values), 0, 0.25f, room);
        assertThat(room.size()).isEqualTo(15);
        assertThat(room.isCut()).isFalse();
        assertThat(room.unwanted()).isEqualTo(anchors - 15);
    }

    @Test
    void endToEndKeepsOverlappingBoxes() {
        float[] values = {0, 0, 9, 9, 0.9f, 0, 0, 0, 9, 9, 0.8f, 0};
        DecoderSpecs.decoder(Head.END_TO_END, 2).decode(FloatBuffer.wrap(values), 0, 0.25f, found);
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
        FloatBuffer output = raw(new float[][] {{15, 20, 25, 40, 0.1f, 0.6f, 0.5f}, {16, 21, 26, 41, 0.9f, 0, 0}});
        DecoderSpecs.decoder(Head.ONE_TO_ONE, 2).decode(output, 0, 0.25f, found);
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
        DecoderSpecs.decoder(Head.ONE_TO_MANY, 5).decode(output, 0, 0.25f, found);
        assertThat(IntStream.range(0, found.size()).mapToObj(found::confidence)).containsExactly(0.9f, 0.7f, 0.6f);
    }

    /** A small defect on a large one of its class is an object of its own: their union counts, not the smaller one. */
    @Test
    void oneToManyKeepsASmallBoxInsideALargeOne() {
        FloatBuffer output = raw(new float[][] {{30, 30, 40, 40, 0.9f, 0, 0}, {30, 30, 10, 10, 0.8f, 0, 0}});
        DecoderSpecs.decoder(Head.ONE_TO_MANY, 2).decode(output, 0, 0.25f, found);
        assertThat(found.size()).isEqualTo(2);
        assertThat(io.ringsight.core.detect.Boxes.iou(found, 0, 1)).isEqualTo(100 / 1600f, within(1e-6f));
    }

    @Test
    void oneToOneFindsTheSameAsSortingAll() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int anchors = 2_000;
        FloatBuffer output = FloatBuffer.allocate((4 + CLASSES) * anchors);
        for (int i = 0; i < output.capacity(); i++) {
            int box = 1 + random.nextInt(30) + (i < 2 * anchors ? 0 : 30);
            output.put(i, i < 4 * anchors ? box : random.nextFloat());
        }
        DecoderSpecs.decoder(Head.ONE_TO_ONE, anchors).decode(output, 0, 0, found);
        float[] scores = new float[CLASSES * anchors];
        output.get(4 * anchors, scores);
        java.util.Arrays.sort(scores);
        assertThat(found.size()).as("seed %d", seed).isEqualTo(300);
        assertThat(found.isCut()).isTrue();
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
        DecoderSpecs.decoder(Head.YOLOX, ANCHORS).decode(output, 1, 0.25f, found);
        assertThat(found.size()).isEqualTo(1);
        assertThat(found.classId(0)).isEqualTo(1);
        assertThat(found.confidence(0)).isEqualTo(0.4f, within(1e-6f));
        assertFound(0, 2.5 * 16 - 16, 1.25 * 16 - 8, 32, 16);
    }

    @ParameterizedTest
    @EnumSource(value = Boxes.class, names = "GRID", mode = EnumSource.Mode.EXCLUDE)
    void boxesAreReadInTheFormTheModelGivesThem(Boxes boxes) {
        float[] box = boxes.isCentred() ? new float[] {20, 30, 10, 20} : new float[] {15, 20, 25, 40};
        float unit = boxes.isNormalized() ? SIDE : 1;
        float[] row = {box[0] / unit, box[1] / unit, box[2] / unit, box[3] / unit, 0.5f, 1, 0};
        float[] endToEnd = {row[0], row[1], row[2], row[3], 0.5f, 0};
        float[] objectness = {row[0], row[1], row[2], row[3], 1, 0.5f, 0, 0};
        for (Head head : List.of(Head.END_TO_END, Head.ONE_TO_ONE, Head.ONE_TO_MANY, Head.YOLOX)) {
            FloatBuffer output =
                    FloatBuffer.wrap(head == Head.END_TO_END ? endToEnd : head == Head.YOLOX ? objectness : row);
            Decoders.of(DecoderSpecs.spec(head, boxes, 1)).decode(output, 0, 0.25f, found);
            assertThat(found.size()).as("%s", head).isPositive();
            assertFound(0, 15, 20, 10, 20);
        }
    }

    /** No objects found is not the same as nothing computed. */
    @ParameterizedTest
    @EnumSource(value = Head.class, names = "CLASSIFIER.*", mode = EnumSource.Mode.MATCH_NONE)
    void outputThatIsNotFiniteIsNoEmptyList(Head head) {
        int values = DecoderSpecs.spec(head, ANCHORS).output().values();
        DetectionDecoder decoder = DecoderSpecs.decoder(head, ANCHORS);
        for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            FloatBuffer all = FloatBuffer.allocate(ANCHORS * values);
            for (int i = 0; i < all.capacity(); i++) {
                all.put(i, odd);
            }
            assertThatThrownBy(() -> decoder.decode(all, 0, 0.25f, found)).isInstanceOf(OutputException.class);
        }
        // One confidence of many is enough: what that candidate is nobody knows.
        FloatBuffer one = FloatBuffer.allocate(ANCHORS * values);
        one.put(head == Head.END_TO_END || head == Head.YOLOX ? 7 * values + 4 : 4 * ANCHORS + 7, Float.NaN);
        assertThatThrownBy(() -> decoder.decode(one, 0, 0.25f, found))
                .isInstanceOf(OutputException.class)
                .hasMessageContaining("NaN");
    }

    @Test
    void boxesWithoutAreaAreLeftOutAndCounted() {
        float[] values = {
            0, 0, 9, 9, 0.9f, 1, // good
            0, 0, 9, 9, 1.004f, 1, // rounding of a quantised network
            9, 0, 0, 9, 0.9f, 1, 0, 0, 9, 0, 0.9f, 1
        };
        DecoderSpecs.decoder(Head.END_TO_END, 4).decode(FloatBuffer.wrap(values), 0, 0.25f, found);
        assertThat(found.size()).isEqualTo(2);
        assertThat(found.confidence(0)).isEqualTo(1);
        assertThat(found.invalid()).isEqualTo(2);
        assertThat(found.isCut()).isFalse();
    }

    @Test
    void asManyObjectsAsTheModelGivesHaveRoom() {
        int rows = 1_000;
        FloatBuffer output = FloatBuffer.allocate(rows * 6);
        for (int i = 0; i < rows; i++) {
            output.put(6 * i, new float[] {i % 50, i / 50, i % 50 + 1, i / 50 + 1, 0.9f, 0});
        }
        DetectionDecoder decoder = DecoderSpecs.decoder(Head.END_TO_END, rows);
        Detections all = new Detections(decoder.capacity());
        decoder.decode(output, 0, 0.25f, all);
        assertThat(all.size()).isEqualTo(rows);
        assertThat(all.isCut()).isFalse();
        decoder.decode(output, 0, 0.25f, found);
        assertThat(found.isCut()).as("300 of 1000").isTrue();
    }

    /** A picture's output as a network gives it, but for one number in a thousand. */
    private static FloatBuffer garbage(Random random, Head head) {
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
        FloatBuffer output = likely(random, head);
        for (int i = 0; i < output.capacity(); i++) {
            if (random.nextInt(1_000) == 0) {
                output.put(i, odd[random.nextInt(odd.length)]);
            }
        }
        return output;
    }

    private static FloatBuffer likely(Random random, Head head) {
        int values = DecoderSpecs.spec(head, ANCHORS).output().values();
        boolean valuesLast = head == Head.END_TO_END || head == Head.YOLOX;
        FloatBuffer output = FloatBuffer.allocate(2 * ANCHORS * values);
        for (int at = 0; at < output.capacity(); at++) {
            int value = valuesLast ? at % values : at / ANCHORS % values;
            float number = random.nextFloat();
            if (value < 4 && head != Head.YOLOX) {
                number = 30 * number + (value < 2 ? 0 : 30);
            } else if (value == 5 && head == Head.END_TO_END) {
                number = (int) (CLASSES * number);
            }
            output.put(at, number);
        }
        return output;
    }

    /** Whatever a network says: no more than fits, best first, real boxes of known classes above the threshold. */
    @ParameterizedTest
    @EnumSource(value = Head.class, names = "CLASSIFIER.*", mode = EnumSource.Mode.MATCH_NONE)
    void survivesAnything(Head head) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int decoded = 0;
        for (int turn = 0; turn < 500; turn++) {
            DetectionDecoder decoder = DecoderSpecs.decoder(head, ANCHORS);
            Detections into = new Detections(1 + random.nextInt(100));
            float threshold = random.nextFloat();
            try {
                decoder.decode(garbage(random, head), random.nextInt(2), threshold, into);
            } catch (OutputException expected) {
                assertThat(into.size()).isZero();
                continue;
            }
            decoded++;
            assertThat(into.size()).isLessThanOrEqualTo(into.capacity());
            for (int i = 0; i < into.size(); i++) {
                String what = "seed " + seed;
                assertThat(into.confidence(i)).as(what).isBetween(threshold, i == 0 ? 1 : into.confidence(i - 1));
                assertThat(into.classId(i)).as(what).isBetween(0, CLASSES - 1);
                assertThat(into.width(i)).as(what).isPositive().isFinite();
                assertThat(into.height(i)).as(what).isPositive().isFinite();
                assertThat(into.left(i)).as(what).isFinite();
                assertThat(into.top(i)).as(what).isFinite();
            }
        }
        assertThat(decoded).as("seed %d", seed).isPositive();
    }

    @ParameterizedTest
    @EnumSource(
            value = Head.class,
            names = {"ONE_TO_MANY", "YOLOX"})
    void noTwoOfAClassOverlapMoreThanAllowed(Head head) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        DetectionDecoder decoder = DecoderSpecs.decoder(head, ANCHORS);
        FloatBuffer output = FloatBuffer.allocate(
                ANCHORS * DecoderSpecs.spec(head, ANCHORS).output().values());
        for (int turn = 0; turn < 100; turn++) {
            for (int i = 0; i < output.capacity(); i++) {
                output.put(
                        i, head == Head.YOLOX ? random.nextFloat() : random.nextFloat() * (i < 4 * ANCHORS ? 60 : 1));
            }
            decoder.decode(output, 0, 0.1f, emptied());
            for (int a = 0; a < found.size(); a++) {
                for (int b = a + 1; b < found.size(); b++) {
                    if (found.classId(a) == found.classId(b)) {
                        assertThat(io.ringsight.core.detect.Boxes.iou(found, a, b))
                                .as("seed %d", seed)
                                .isLessThanOrEqualTo(0.5f);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Head.class, names = "CLASSIFIER.*", mode = EnumSource.Mode.MATCH_NONE)
    void allocatesNothing(Head head) {
        DetectionDecoder decoder = DecoderSpecs.decoder(head, ANCHORS);
        FloatBuffer output = likely(new Random(1), head);
        for (int i = 0; i < 20_000; i++) {
            decoder.decode(output, 0, 0.1f, emptied());
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        threads.getCurrentThreadAllocatedBytes();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 2_000; i++) {
            decoder.decode(output, 0, 0.1f, emptied());
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(2_000);
    }

    private Detections emptied() {
        found.clear();
        return found;
    }
}
