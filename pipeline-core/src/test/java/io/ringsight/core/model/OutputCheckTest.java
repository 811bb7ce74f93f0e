package io.ringsight.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.model.ModelFile.Tensor;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelOutput.Boxes;
import io.ringsight.core.model.ModelOutput.Head;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a model's numbers say against, or of, its layout. */
class OutputCheckTest {
    private static final int SIDE = 64;
    private static final int ANCHORS = 64 + 16 + 4;

    private String firstStep = "";
    private final Map<String, String> metadata = new HashMap<>(Map.of("names", "['a', 'b', 'c']"));
    private final List<Tensor> outputs = new ArrayList<>();
    private final Set<Sample.Scene> empty = new HashSet<>();
    private ModelOverrides overrides = ModelOverrides.NONE;

    private ModelSpec merge(float... values) throws ModelException {
        ModelFile file = new ModelFile(
                Path.of("m.onnx"),
                "0".repeat(64),
                "fp32",
                List.of(new Tensor("images", "FLOAT", List.of(1L, 3L, (long) SIDE, (long) SIDE))),
                outputs,
                firstStep,
                metadata);
        return ModelSpecs.merge(
                file,
                overrides,
                (input, output, scene) ->
                        Optional.of(FloatBuffer.wrap(empty.contains(scene) ? new float[values.length] : values)));
    }

    private void output(String name, long... shape) {
        outputs.add(
                new Tensor(name, "FLOAT", java.util.Arrays.stream(shape).boxed().toList()));
    }

    private static ModelOverrides saying(String output, Head head, Boxes boxes) {
        return new ModelOverrides(
                null,
                null,
                List.of("a", "b", "c"),
                new ModelOverrides.Output(output, head, boxes, null),
                ModelOverrides.Input.NONE,
                null);
    }

    private static ModelOverrides scaled(float scale) {
        return new ModelOverrides(
                null,
                null,
                null,
                ModelOverrides.Output.NONE,
                new ModelOverrides.Input(null, null, null, scale, null, null),
                null);
    }

    /** A raw head's output: boxes of 8 pixels about 84 places, in the wanted form. */
    private static float[] raw(Boxes form) {
        float[] values = new float[7 * ANCHORS];
        for (int i = 0; i < ANCHORS; i++) {
            float x = 4 + i % 8 * 8;
            float y = 4 + i / 8 * 4;
            float[] box = form.isCentred() ? new float[] {x, y, 8, 8} : new float[] {x - 4, y - 4, x + 4, y + 4};
            for (int n = 0; n < 4; n++) {
                values[n * ANCHORS + i] = box[n] / (form.isNormalized() ? SIDE : 1);
            }
            values[4 * ANCHORS + i] = 0.5f;
        }
        return values;
    }

    private static float[] detections(int rows, float... row) {
        float[] values = new float[rows * 6];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(row, 0, values, i * 6, 6);
        }
        return values;
    }

    private void assertRefused(String why, float... values) {
        assertThatThrownBy(() -> merge(values))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(why);
    }

    @Test
    void boxesOfRawHeadsAreReadInTheFormTheyHave() throws ModelException {
        output("output0", 1, 7, ANCHORS);
        for (String end2end : new String[] {"True", "False"}) {
            metadata.put("end2end", end2end);
            for (Boxes form : new Boxes[] {Boxes.XYXY, Boxes.CXCYWH, Boxes.NORMALIZED_XYXY, Boxes.NORMALIZED_CXCYWH}) {
                assertThat(merge(raw(form)).output().boxes()).as(end2end).isEqualTo(form);
            }
        }
    }

    @Test
    void aRawOneToOneHeadHasCornersUnlessItsNumbersSayOtherwise() throws ModelException {
        output("output0", 1, 7, ANCHORS);
        metadata.put("end2end", "True");
        assertThat(merge(new float[7 * ANCHORS]).output().boxes()).isEqualTo(Boxes.XYXY);
    }

    @Test
    void aDecodedYoloxIsKnownByItsCentres() throws ModelException {
        output("output", 1, ANCHORS, 8);
        overrides = saying(null, Head.YOLOX, null);
        float[] values = new float[ANCHORS * 8];
        assertThat(merge(values).output().boxes()).isEqualTo(Boxes.GRID);
        int at = 0;
        for (int stride : new int[] {8, 16, 32}) {
            for (int cell = 0; cell < (SIDE / stride) * (SIDE / stride); cell++, at += 8) {
                values[at] = (cell % (SIDE / stride) + 0.5f) * stride;
                values[at + 1] = (cell / (SIDE / stride) + 0.5f) * stride;
                values[at + 2] = values[at + 3] = stride;
            }
        }
        ModelSpec spec = merge(values);
        assertThat(spec.output().boxes()).isEqualTo(Boxes.CXCYWH);
        assertThat(spec.input().order()).isEqualTo(ChannelOrder.BGR);
        assertThat(spec.input().scale()).isEqualTo(1);
        assertThat(spec.input().padding().placement()).isEqualTo(Placement.TOP_LEFT);
    }

    @Test
    void valuesOutsideTheirRangeAreRefusedAtLoad() throws ModelException {
        output("output0", 1, 30, 6);
        assertThat(merge(detections(30, 5, 5, 20, 20, 0.5f, 1)).output().head()).isEqualTo(Head.END_TO_END);
        assertRefused("a confidence of 7.3", detections(30, 5, 5, 20, 20, 7.3f, 1));
        assertRefused("a confidence of -2.0", detections(30, 5, 5, 20, 20, -2, 1));
        assertRefused("a confidence of NaN", detections(30, 5, 5, 20, 20, Float.NaN, 1));
        assertRefused("a class of NaN", detections(30, 5, 5, 20, 20, 0.5f, Float.NaN));
        assertRefused("a class of 0.4", detections(30, 5, 5, 20, 20, 0.5f, 0.4f));
        assertRefused("boxes: normalized-xyxy", detections(30, 0.1f, 0.1f, 0.3f, 0.3f, 0.5f, 1));
        assertRefused("boxes: cxcywh", detections(30, 30, 30, 8, 8, 0.5f, 1));
        overrides = saying(null, null, Boxes.CXCYWH);
        assertThat(merge(detections(30, 30, 30, 8, 8, 0.5f, 1)).output().boxes())
                .isEqualTo(Boxes.CXCYWH);
    }

    @Test
    void aClassBeyondTheLabelsIsRefusedAtLoad() throws ModelException {
        output("output0", 1, 30, 6);
        assertThat(merge(detections(30, 5, 5, 20, 20, 0.5f, 2)).labels()).hasSize(3);
        assertRefused(
                "there are 3 labels, for classes from 0, but it gave class 3", detections(30, 5, 5, 20, 20, 1, 3));
    }

    @Test
    void pixelsWhereFractionsWereToldAreRefusedAtLoad() throws ModelException {
        output("output0", 1, 30, 6);
        overrides = saying(null, null, Boxes.NORMALIZED_XYXY);
        assertThat(merge(detections(30, 0, 0.1f, 0.5f, 1.01f, 0.5f, 1)).labels())
                .hasSize(3);
        assertRefused("say 'boxes: xyxy'", detections(30, 5, 5, 20, 20, 0.5f, 1));
    }

    /** Of a file with its own NMS a black picture shows nothing. */
    @Test
    void whatOnePictureShowsCountsThoughABlackOneShowsNothing() {
        output("output0", 1, 30, 6);
        empty.add(Sample.Scene.BLACK);
        assertRefused("a confidence of 57.3", detections(30, 5, 5, 20, 20, 57.3f, 1));
    }

    @Test
    void aNetworkThatDividesItsPictureBy255IsShownBytes() throws ModelException {
        output("output0", 1, 30, 6);
        assertThat(merge(detections(30, 5, 5, 20, 20, 0.5f, 1)).input().scale()).isEqualTo(1 / 255f);
        firstStep = "Div by 255.0";
        assertThat(merge(detections(30, 5, 5, 20, 20, 0.5f, 1)).input().scale()).isEqualTo(1);
        overrides = scaled(1 / 255f);
        assertRefused("its first step is Div by 255.0", detections(30, 5, 5, 20, 20, 0.5f, 1));
        overrides = scaled(1);
        assertThat(merge(detections(30, 5, 5, 20, 20, 0.5f, 1)).input().scale()).isEqualTo(1);
    }

    @Test
    void anOutputThatDoesNotBeginWithTheBatchIsRefused() {
        output("output0", 30, 1, 6);
        assertRefused("its output is float[30, 1, 6], but must begin with the batch, 1", new float[180]);
    }

    /** Quantised with its boxes, in steps of 2.5, a confidence is 0 or 2.5. */
    @Test
    void boxesInStepsWithoutAnyConfidenceAreRefused() throws ModelException {
        output("output0", 1, 300, 6);
        float[] steps = new float[1800];
        float[] numbers = new float[1800];
        for (int i = 0; i < 1800; i++) {
            boolean box = i % 6 < 4;
            steps[i] = box ? 2.5f * (i * 7 % 25) + i % 6 / 2 * 64 : 0;
            numbers[i] = box ? 0.037f * (i * 7 % 1711) + i % 6 / 2 * 64 : 0;
        }
        assertRefused("no confidence but 0", steps);
        assertThat(merge(numbers).labels()).hasSize(3);
        float[] nothing = new float[1800];
        assertThat(merge(nothing).labels()).hasSize(3);
        nothing[6] = -0f;
        assertThat(merge(nothing).labels()).hasSize(3);
    }

    @Test
    void detrIsRefusedInWordsWhateverItsLastDimension() {
        metadata.put("end2end", "False");
        output("output0", 1, 30, 6);
        assertRefused("may be RT-DETR", detections(30, 5, 5, 20, 20, 0.5f, 1));
        metadata.remove("end2end");
        outputs.clear();
        output("logits", 1, 30, 6);
        output("pred_boxes", 1, 30, 4);
        assertRefused("its outputs are logits float[1, 30, 6], pred_boxes float[1, 30, 4]; this may be DETR");
    }

    @Test
    void anOutputIsNamedWhereSeveralMayHoldObjects() throws ModelException {
        output("first", 1, 30, 6);
        output("second", 1, 7, ANCHORS);
        assertRefused("its outputs are first float[1, 30, 6], second float[1, 7, " + ANCHORS + "]");
        overrides = saying("second", null, null);
        assertThat(merge(raw(Boxes.CXCYWH)).output().tensorName()).isEqualTo("second");
    }

    @Test
    void dimensionsTooLargeForMemoryAreRefused() {
        output("output0", 1, 1L << 40, 6);
        assertRefused("its output is float[1, " + (1L << 40) + ", 6]");
    }
}
