package io.ringsight.core.infer.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.core.detect.Decoders;
import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.OutputException;
import io.ringsight.core.infer.open.Models;
import io.ringsight.core.model.ModelException;
import io.ringsight.core.model.ModelOutput.Boxes;
import io.ringsight.core.model.ModelOutput.Head;
import io.ringsight.core.model.ModelOverrides;
import io.ringsight.core.model.ModelSpec;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A classifier is known by its metadata or by what the user says, and its output by what it gives for a test picture. */
class ClassifierTest {
    @TempDir
    private Path folder;

    private ModelSpec read(TinyOnnx model, Head head, Boxes boxes, String output) throws ModelException {
        ModelOverrides.Output said = new ModelOverrides.Output(output, head, boxes, null);
        return Models.read(
                model.write(folder.resolve("m.onnx")),
                new ModelOverrides(null, null, null, said, ModelOverrides.Input.NONE, null));
    }

    private ModelSpec read(TinyOnnx model, Head head) throws ModelException {
        return read(model, head, null, null);
    }

    @Test
    void logitsAndProbabilitiesAreToldApart() throws ModelException {
        assertThat(read(new TinyOnnx().classifier(false), null).output().head()).isEqualTo(Head.CLASSIFIER_LOGITS);
        ModelSpec spec = read(new TinyOnnx().classifier(true), null);
        assertThat(spec.output().head()).isEqualTo(Head.CLASSIFIER);
        assertThat(spec.output().values()).isEqualTo(3);
        assertThat(spec.labels()).containsExactly("red", "green", "blue");
        TinyOnnx small = new TinyOnnx().classifier(false).factor(0.5f);
        assertThat(read(small, Head.CLASSIFIER_LOGITS).output().head()).isEqualTo(Head.CLASSIFIER_LOGITS);
        TinyOnnx silent = new TinyOnnx().classifier(true).metadata("task", null);
        assertThat(read(silent, Head.CLASSIFIER).output().head()).isEqualTo(Head.CLASSIFIER);
    }

    @Test
    void aMistakeIsOneClearSentence() {
        refused(new TinyOnnx().classifier(false), Head.CLASSIFIER, "these are logits, say 'head: classifier-logits'");
        refused(
                new TinyOnnx().classifier(true),
                Head.CLASSIFIER_LOGITS,
                "which are probabilities already: say 'head: classifier'");
        refused(
                new TinyOnnx(),
                Head.CLASSIFIER,
                "it is a classifier, so it must have one output float[batch, classes], but its outputs are output0 float[1, 1, 6]");
        refused(
                new TinyOnnx().classifier(true).metadata("task", null),
                null,
                "if this is a classifier, say 'head: classifier'");
        refused(
                new TinyOnnx().classifier(true).metadata("names", "['a', 'b']"),
                null,
                "there are 2 labels, but its output has 3 classes");
        refused(
                new TinyOnnx().classifier(true).metadata("task", "segment"),
                null,
                "only models for 'detect' and 'classify' can be run");
        refused(
                new TinyOnnx().classifier(false).factor(0.5f),
                null,
                "which may be logits or several independent probabilities");
        assertThatThrownBy(() -> read(new TinyOnnx().classifier(true), null, Boxes.XYXY, null))
                .hasMessageContaining("gives no boxes");
        assertThatThrownBy(() -> read(new TinyOnnx().classifier(true), null, null, "scores"))
                .hasMessageContaining("it must have an output 'scores' float[batch, classes]");
    }

    private void refused(TinyOnnx model, Head head, String told) {
        assertThatThrownBy(() -> read(model, head))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(told);
    }

    @Test
    void theMostProbableClassIsTold() throws ModelException {
        DetectionDecoder logits = Decoders.of(read(new TinyOnnx().classifier(false), null));
        Detections found = new Detections(4);
        float[] values = {0, 0, 0, 1, 3, 2, 500, -500, 400};
        logits.decode(FloatBuffer.wrap(values), 1, 0.25f, found);
        logits.decode(FloatBuffer.wrap(values), 2, 0.25f, found);
        assertThat(found.size()).isEqualTo(2);
        assertThat(found.classId(0)).isEqualTo(1);
        assertThat(found.confidence(0)).isCloseTo(0.66524f, within(1e-5f));
        assertThat(found.width(0)).isEqualTo(TinyOnnx.SIZE);
        assertThat(found.classId(1)).isZero();
        assertThat(found.confidence(1)).isEqualTo(1);
        found.clear();
        logits.decode(FloatBuffer.wrap(values), 1, 0.7f, found);
        assertThat(found.size()).as("below the threshold").isZero();
    }

    @Test
    void whatIsNoProbabilityIsRefused() throws ModelException {
        ModelSpec spec = read(new TinyOnnx().classifier(true), null);
        Detections found = new Detections(4);
        for (float[] values : List.of(new float[] {0.2f, 0.5f, 0.1f}, new float[] {1, 3, 2})) {
            assertThatThrownBy(() -> Decoders.of(spec).decode(FloatBuffer.wrap(values), 0, 0.25f, found))
                    .isInstanceOfSatisfying(
                            OutputException.class,
                            e -> assertThat(e.isMisread()).isTrue());
        }
        float[] bad = {0.5f, Float.NaN, 0.5f};
        assertThatThrownBy(() -> Decoders.of(spec).decode(FloatBuffer.wrap(bad), 0, 0.25f, found))
                .isInstanceOfSatisfying(
                        OutputException.class, e -> assertThat(e.isMisread()).isFalse());
        assertThat(found.size()).isZero();
    }
}
