package io.ringsight.core.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.model.ModelOutput.Boxes;
import io.ringsight.core.model.ModelOutput.Head;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Signs that a model's output is not what its spec says: refused from the first on, and never a list of nothing. */
class MisreadOutputTest {
    private static final float[] FINE = {10, 10, 30, 30, 0.9f, 1};

    private final Detections found = new Detections(Detections.DEFAULT_CAPACITY);

    /** What no load-time test picture has shown: the first object of a misread model says it. */
    @ParameterizedTest(name = "{0}")
    @MethodSource
    void modelThatIsMisreadIsRefusedFromTheFirstSignOn(
            String what, Head head, Boxes boxes, float[] sign, String reason) {
        float[] values = head == Head.END_TO_END ? FINE : new float[sign.length];
        DetectionDecoder decoder = Decoders.of(DecoderSpecs.spec(head, boxes, 1));
        if (boxes == head.usualBoxes()) {
            decoder.decode(FloatBuffer.wrap(values), 0, 0.25f, found);
        }
        for (float[] output : new float[][] {sign, values, sign}) {
            assertThatThrownBy(() -> decoder.decode(FloatBuffer.wrap(output), 0, 0.25f, emptied()))
                    .isInstanceOfSatisfying(
                            OutputException.class,
                            e -> assertThat(e.isMisread()).isTrue())
                    .hasMessageContaining(reason);
            assertThat(found.size()).isZero();
        }
    }

    static List<Arguments> modelThatIsMisreadIsRefusedFromTheFirstSignOn() {
        return List.of(
                endToEnd("percent", Boxes.XYXY, "57.3", 10, 10, 30, 30, 57.3f, 1),
                endToEnd("logit of nothing", Boxes.XYXY, "-4.2", 10, 10, 30, 30, -4.2f, 1),
                endToEnd("class from one", Boxes.XYXY, "class 3, but there are 3 labels", 10, 10, 30, 30, 0.9f, 3),
                endToEnd("class under zero", Boxes.XYXY, "class -1.0", 10, 10, 30, 30, 0.9f, -1),
                endToEnd("score for a class", Boxes.XYXY, "class 0.6", 10, 10, 30, 30, 0.9f, 0.6f),
                endToEnd("pixels for fractions", Boxes.NORMALIZED_XYXY, "say 'boxes: xyxy'", 10, 10, 30, 30, 0.9f, 1),
                row("percent of a raw head", Head.ONE_TO_MANY, "57.3", 20, 20, 9, 9, 57.3f, 0, 0),
                row("logits of a raw head", Head.ONE_TO_MANY, "-4.2", 20, 20, 9, 9, 0, -4.2f, 0),
                row("percent of pairs", Head.ONE_TO_ONE, "57.3", 10, 10, 19, 19, 57.3f, 0, 0),
                row("logits of pairs", Head.ONE_TO_ONE, "-4.2", 10, 10, 19, 19, 0, -4.2f, 0));
    }

    private static Arguments endToEnd(String what, Boxes boxes, String reason, float... sign) {
        return Arguments.of(what, Head.END_TO_END, boxes, sign, reason);
    }

    private static Arguments row(String what, Head head, String reason, float... sign) {
        return Arguments.of(what, head, head.usualBoxes(), sign, reason);
    }

    @Test
    void yoloxScoresBeyondOneAreMisreadThoughTheirProductIsNot() {
        int at = 7 * (5 + DecoderSpecs.CLASSES);
        for (float[] scores : new float[][] {{57.3f, 0.01f, 0, 0}, {0.5f, 1.9f, 0, 0}, {0.9f, 0.5f, -4.2f, 0}}) {
            FloatBuffer output = FloatBuffer.allocate(DecoderSpecs.ANCHORS * (5 + DecoderSpecs.CLASSES));
            output.put(at + 4, scores);
            DetectionDecoder decoder = DecoderSpecs.decoder(Head.YOLOX, DecoderSpecs.ANCHORS);
            assertThatThrownBy(() -> decoder.decode(output, 0, 0.25f, found))
                    .isInstanceOfSatisfying(
                            OutputException.class,
                            e -> assertThat(e.isMisread()).isTrue());
        }
    }

    /** A file with its own NMS gives nothing but zeros for a test picture. */
    @Test
    void boxesInFractionsAreMisreadWhenTheFirstObjectsCome() {
        float[] empty = new float[12];
        float[] fractions = {0.1f, 0.2f, 0.3f, 0.4f, 0.9f, 1, 0.5f, 0.5f, 1.02f, 0.9f, 0.8f, 1};
        DetectionDecoder decoder = DecoderSpecs.decoder(Head.END_TO_END, 2);
        decoder.decode(FloatBuffer.wrap(empty), 0, 0.25f, found);
        assertThatThrownBy(() -> decoder.decode(FloatBuffer.wrap(fractions), 0, 0.25f, found))
                .hasMessageContaining("0..2 pixels");
        // Once boxes were larger a small one in the corner is only small.
        DetectionDecoder pixels = DecoderSpecs.decoder(Head.END_TO_END, 2);
        pixels.decode(FloatBuffer.wrap(new float[] {0, 0, 50, 40, 0.9f, 1, 0, 0, 0, 0, 0, 0}), 0, 0.25f, found);
        pixels.decode(FloatBuffer.wrap(new float[] {0, 0, 1.5f, 1.5f, 0.9f, 1, 0, 0, 0, 0, 0, 0}), 0, 0.25f, emptied());
        assertThat(found.size()).isEqualTo(1);
    }

    @Test
    void centresAndSizesReadAsCornersAreMisreadAfterThreeSwappedBoxes() {
        float[] centred = {40, 40, 9, 9, 0.9f, 1};
        DetectionDecoder decoder = DecoderSpecs.decoder(Head.END_TO_END, 1);
        decoder.decode(FloatBuffer.wrap(new float[] {10, 10, 30, 30, 0.9f, 1}), 0, 0.25f, found);
        for (int i = 0; i < 2; i++) {
            decoder.decode(FloatBuffer.wrap(centred), 0, 0.25f, emptied());
            assertThat(found.invalid()).isEqualTo(1);
        }
        assertThatThrownBy(() -> decoder.decode(FloatBuffer.wrap(centred), 0, 0.25f, found))
                .hasMessageContaining("3 boxes of 4")
                .hasMessageContaining("boxes: cxcywh");
    }

    @Test
    void pictureWithoutFiniteOutputSaysNothingOfTheNext() {
        DetectionDecoder decoder = DecoderSpecs.decoder(Head.END_TO_END, 1);
        float[] nan = {10, 10, 30, 30, Float.NaN, 1};
        assertThatThrownBy(() -> decoder.decode(FloatBuffer.wrap(nan), 0, 0.25f, found))
                .isInstanceOfSatisfying(
                        OutputException.class, e -> assertThat(e.isMisread()).isFalse());
        decoder.decode(FloatBuffer.wrap(FINE), 0, 0.25f, found);
        assertThat(found.size()).isEqualTo(1);
    }

    private Detections emptied() {
        found.clear();
        return found;
    }
}
