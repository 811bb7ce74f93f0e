package io.ringsight.core.model;

import io.ringsight.core.model.ModelFile.Tensor;
import io.ringsight.core.model.ModelOutput.Head;
import java.util.Locale;

/** Finds out from shapes, metadata and the model YAML how a detector's output is laid out. */
final class OutputLayout {
    /** Numbers of an end-to-end detection: box, confidence, class. */
    private static final int END_TO_END_VALUES = 6;
    /** Raw heads have thousands of candidates, end-to-end heads hundreds. */
    private static final int MOST_END_TO_END = 1_000;
    /** Strides of YOLOX's three grids. */
    private static final int[] YOLOX_STRIDES = {8, 16, 32};

    private static final String SUPPORTED = "[batch, detections, 6], [batch, 4 + classes, candidates] "
            + "or, for YOLOX, [batch, candidates, 5 + classes]";

    private OutputLayout() {}

    /** The classes a raw head has, or 0 for an end-to-end head, whose shape does not tell. */
    static int classes(ModelOutput output) {
        return switch (output.head()) {
            case END_TO_END -> 0;
            case ONE_TO_ONE, ONE_TO_MANY -> output.values() - 4;
            case YOLOX -> output.values() - 5;
        };
    }

    static ModelOutput of(ModelFile file, ModelOverrides overrides, ModelInput input) throws ModelException {
        Tensor tensor = output(file);
        Head head = overrides.head() != null ? overrides.head() : guess(file, tensor);
        boolean candidatesFirst = head == Head.END_TO_END || head == Head.YOLOX;
        int candidates = tensor.dim(candidatesFirst ? 1 : 2);
        int values = tensor.dim(candidatesFirst ? 2 : 1);
        ModelOutput output = new ModelOutput(tensor.name(), head, candidates, values, ModelSpecs.nmsIou(overrides));
        if (!fits(output, input)) {
            throw fault(
                    file,
                    "its output is " + tensor.text() + ", which is no '" + head.wireName() + "' head for a "
                            + input.width() + "x" + input.height() + " input");
        }
        return output;
    }

    private static Tensor output(ModelFile file) throws ModelException {
        for (Tensor tensor : file.outputs()) {
            if (tensor.rank() == 3) {
                if (!tensor.type().equals("FLOAT")) {
                    throw fault(
                            file,
                            "its output is of type " + tensor.type().toLowerCase(Locale.ROOT) + ", but must be float");
                }
                return tensor;
            }
        }
        String found =
                file.outputs().isEmpty() ? "missing" : file.outputs().get(0).text();
        throw fault(file, "its output is " + found + ", but must be " + SUPPORTED);
    }

    private static Head guess(ModelFile file, Tensor tensor) throws ModelException {
        int first = tensor.dim(1);
        int last = tensor.dim(2);
        if (last == END_TO_END_VALUES && first <= MOST_END_TO_END) {
            return Head.END_TO_END;
        }
        if (first > 4 && first < last) {
            boolean oneToOne = "true".equalsIgnoreCase(file.metadata().get("end2end"))
                    || "v10Detect".equals(file.metadata().get("head"));
            return oneToOne ? Head.ONE_TO_ONE : Head.ONE_TO_MANY;
        }
        if (last > 5 && last < first) {
            throw fault(
                    file,
                    "its output is " + tensor.text()
                            + ", which may be YOLOX: if so, say 'head: yolox' in a model YAML");
        }
        throw fault(file, "its output is " + tensor.text() + ", but must be " + SUPPORTED);
    }

    private static boolean fits(ModelOutput output, ModelInput input) {
        if (output.candidates() < 1) {
            return false;
        }
        return switch (output.head()) {
            case END_TO_END -> output.values() == END_TO_END_VALUES;
            case ONE_TO_ONE, ONE_TO_MANY -> output.values() > 4;
            case YOLOX -> output.values() > 5 && output.candidates() == yoloxCandidates(input);
        };
    }

    private static int yoloxCandidates(ModelInput input) {
        int sum = 0;
        for (int stride : YOLOX_STRIDES) {
            sum += (input.width() / stride) * (input.height() / stride);
        }
        return sum;
    }

    private static ModelException fault(ModelFile file, String what) {
        return new ModelException("head", file.path() + ": this model cannot be used: " + what);
    }
}
