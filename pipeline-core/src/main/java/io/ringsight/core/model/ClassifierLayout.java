package io.ringsight.core.model;

import io.ringsight.core.model.ModelFile.Tensor;
import io.ringsight.core.model.ModelOutput.Head;
import io.ringsight.core.model.Sample.Scene;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds out from shapes, metadata, the model YAML and one picture's output how a classifier's output is laid out. */
final class ClassifierLayout {
    /** How far probabilities may be from 1 together: rounding in quantised and half-precision networks. */
    static final float SUM_TOLERANCE = 0.05f;

    private final ModelFile file;
    private final ModelOverrides overrides;
    private final ModelInput input;

    private ClassifierLayout(ModelFile file, ModelOverrides overrides, ModelInput input) {
        this.file = file;
        this.overrides = overrides;
        this.input = input;
    }

    /** What one picture's output looks like. */
    private record Look(boolean isFinite, float lowest, float highest, float sum) {
        static Look of(FloatBuffer values, int count) {
            float lowest = Float.POSITIVE_INFINITY;
            float highest = Float.NEGATIVE_INFINITY;
            float sum = 0;
            for (int i = 0; i < count; i++) {
                lowest = Math.min(lowest, values.get(i));
                highest = Math.max(highest, values.get(i));
                sum += values.get(i);
            }
            return new Look(Float.isFinite(sum), lowest, highest, sum);
        }

        boolean isOfConfidences() {
            return lowest >= ModelOutput.MIN_CONFIDENCE && highest <= ModelOutput.MAX_CONFIDENCE;
        }

        boolean isOfProbabilities() {
            return isOfConfidences() && Math.abs(sum - 1) <= SUM_TOLERANCE;
        }

        String text() {
            return String.format(Locale.ROOT, "numbers from %.4g to %.4g, %.4g together,", lowest, highest, sum);
        }
    }

    /** Whether the model YAML or the file itself says that it is a classifier. */
    static boolean applies(ModelFile file, ModelOverrides overrides) {
        Head head = overrides.output().head();
        return head == null ? ModelSpecs.CLASSIFY.equals(file.metadata().get("task")) : head.isClassifier();
    }

    static ModelOutput of(ModelFile file, ModelOverrides overrides, ModelInput input, Sample sample)
            throws ModelException {
        return new ClassifierLayout(file, overrides, input).of(sample);
    }

    private ModelOutput of(Sample sample) throws ModelException {
        if (overrides.output().boxes() != null) {
            throw fault("boxes", "it is a classifier, which gives no boxes: take 'boxes' out of the model YAML");
        }
        Tensor tensor = tensor();
        int batch = Math.max(1, input.fixedBatch());
        if (tensor.dim(0) > 0 && tensor.dim(0) != batch) {
            throw fault("head", "its output is " + tensor.text() + ", but must begin with the batch, " + batch);
        }
        if (tensor.dim(1) < 2) {
            throw fault("head", "its output is " + tensor.text() + ", but a classifier must have two classes or more");
        }
        ModelOutput output = output(tensor, Head.CLASSIFIER);
        Optional<Look> look = sample.of(input, output, Scene.PATTERN).map(values -> Look.of(values, output.values()));
        return look.isEmpty()
                ? output(tensor, Optional.ofNullable(overrides.output().head()).orElse(Head.CLASSIFIER))
                : output(tensor, head(look.get()));
    }

    private ModelOutput output(Tensor tensor, Head head) {
        return new ModelOutput(tensor.name(), head, 1, tensor.dim(1), ModelSpecs.nmsIou(overrides));
    }

    private Tensor tensor() throws ModelException {
        String wanted = overrides.output().name();
        List<Tensor> fitting = file.outputs().stream()
                .filter(tensor -> wanted == null || tensor.name().equals(wanted))
                .filter(tensor -> tensor.rank() == 2 && tensor.type().equals("FLOAT"))
                .toList();
        if (fitting.size() == 1) {
            return fitting.get(0);
        }
        throw fault(
                wanted == null ? "head" : "output",
                "it is a classifier, so it must have " + (wanted == null ? "one output" : "an output '" + wanted + "'")
                        + " float[batch, classes], but its outputs are "
                        + file.outputs().stream()
                                .map(tensor -> tensor.name() + " " + tensor.text())
                                .collect(Collectors.joining(", "))
                        + (fitting.isEmpty() ? "" : "; name one: 'output: NAME' in a model YAML"));
    }

    /** What the numbers show, which must be what the model YAML says. */
    private Head head(Look look) throws ModelException {
        Head said = overrides.output().head();
        if (!look.isFinite()) {
            throw fault("head", "it gave numbers that are not finite for a test picture");
        }
        if (look.isOfProbabilities()) {
            if (said == Head.CLASSIFIER_LOGITS) {
                throw fault("head", gave(look) + " which are probabilities already: say 'head: classifier'");
            }
            return Head.CLASSIFIER;
        }
        if (said == Head.CLASSIFIER) {
            throw fault(
                    "head",
                    gave(look) + " expected probabilities, which are 1 together: if these are logits, say 'head:"
                            + " classifier-logits' in a model YAML");
        }
        if (said == null && look.isOfConfidences()) {
            throw fault(
                    "head",
                    gave(look) + " which may be logits or several independent probabilities: if they are logits, say"
                            + " 'head: classifier-logits' in a model YAML; a picture of several classes at once is not"
                            + " supported");
        }
        return Head.CLASSIFIER_LOGITS;
    }

    private static String gave(Look look) {
        return "for a test picture it gave " + look.text();
    }

    private ModelException fault(String key, String what) {
        return new ModelException(key, file.path() + ": this model cannot be used: " + what);
    }
}
