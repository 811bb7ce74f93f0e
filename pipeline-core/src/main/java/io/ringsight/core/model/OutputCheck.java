package io.ringsight.core.model;

import io.ringsight.core.model.ModelOutput.Boxes;
import io.ringsight.core.model.ModelOutput.Head;
import io.ringsight.core.model.Sample.Scene;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Looks at one picture's output of a model: which form its boxes have, and whether its confidences and classes can be
 * such. Shapes alone do not tell: six numbers are a detection of YOLOv10 or a query of DETR.
 */
final class OutputCheck {
    /** With fewer boxes their form may be chance. */
    private static final int MIN_BOXES = 20;
    /** Corners in the right order make a box; of centres and sizes most are not in that order. */
    private static final double MAJORITY = 0.5;

    private static final double FEW = 0.1;
    private static final int BYTE_VALUES = 256;
    private static final int[] YOLOX_STRIDES = {8, 16, 32};

    private final ModelInput input;
    private final ModelOutput output;
    private final FloatBuffer values;
    private final int count;
    /** Whether {@link #fault()} was one of numbers. */
    private boolean finite = true;

    private OutputCheck(ModelInput input, ModelOutput output, FloatBuffer values) {
        this.input = input;
        this.output = output;
        this.values = values;
        count = output.candidates();
    }

    /** What its boxes are, judged from their numbers; the output's own form where they do not tell. */
    static Boxes boxes(ModelInput input, ModelOutput output, Sample sample) {
        return sample.of(input, output, Scene.PATTERN)
                .map(values -> new OutputCheck(input, output, values).boxes())
                .orElse(output.boxes());
    }

    /**
     * What is wrong with the output, if anything: a clause. NaN and infinity are wrong if a black picture gives them,
     * too: a network may fail for a picture nobody will ever show it.
     */
    static Optional<String> fault(ModelInput input, ModelOutput output, Sample sample) {
        OutputCheck check = of(input, output, sample, Scene.PATTERN);
        Optional<String> fault = check == null ? Optional.empty() : check.fault();
        if (fault.isEmpty() || check.finite) {
            return fault;
        }
        OutputCheck black = of(input, output, sample, Scene.BLACK);
        return black == null || black.isEmpty() ? Optional.empty() : black.fault();
    }

    /** The highest class in the output of an end-to-end head, which checked well; -1 if there is none. */
    static int highestClass(ModelInput input, ModelOutput output, Sample sample) {
        OutputCheck check = output.head() == Head.END_TO_END ? of(input, output, sample, Scene.PATTERN) : null;
        return check == null
                ? -1
                : (int) IntStream.range(0, check.count)
                        .filter(i -> !check.isEmpty(i))
                        .mapToDouble(i -> Math.rint(check.box(i, 5)))
                        .filter(Double::isFinite)
                        .max()
                        .orElse(-1);
    }

    private static OutputCheck of(ModelInput input, ModelOutput output, Sample sample, Scene scene) {
        return sample.of(input, output, scene)
                .map(values -> new OutputCheck(input, output, values))
                .orElse(null);
    }

    /** Whether it says nothing: a network that gives rows of zeros where it finds nothing. */
    private boolean isEmpty() {
        return IntStream.range(0, count).allMatch(this::isEmpty);
    }

    private float box(int candidate, int number) {
        return switch (output.head()) {
            case END_TO_END, YOLOX, CLASSIFIER, CLASSIFIER_LOGITS -> values.get(candidate * output.values() + number);
            case ONE_TO_ONE, ONE_TO_MANY -> values.get(number * count + candidate);
        };
    }

    private boolean isEmpty(int candidate) {
        return output.head() == Head.END_TO_END && box(candidate, 4) == 0;
    }

    private Boxes boxes() {
        if (output.head() == Head.END_TO_END || count < MIN_BOXES) {
            return output.boxes();
        }
        if (output.head() == Head.YOLOX) {
            return isDecoded() ? Boxes.CXCYWH : output.boxes();
        }
        double swapped = swapped();
        boolean centred = swapped > MAJORITY || swapped > FEW && output.boxes().isCentred();
        if (largest() > ModelOutput.MAX_FRACTION || largest() <= 0) {
            return largest() <= 0 ? output.boxes() : centred ? Boxes.CXCYWH : Boxes.XYXY;
        }
        return centred ? Boxes.NORMALIZED_CXCYWH : Boxes.NORMALIZED_XYXY;
    }

    /** The largest coordinate; NaN counts nothing. */
    private float largest() {
        float largest = 0;
        for (int i = 0; i < count; i++) {
            for (int n = 0; n < 4 && !isEmpty(i); n++) {
                float value = Math.abs(box(i, n));
                largest = value > largest ? value : largest;
            }
        }
        return largest;
    }

    /** The share of boxes whose third and fourth number are not beyond the first and second. */
    private double swapped() {
        int swapped = 0;
        int boxes = 0;
        for (int i = 0; i < count; i++) {
            if (!isEmpty(i)) {
                boxes++;
                swapped += box(i, 2) < box(i, 0) || box(i, 3) < box(i, 1) ? 1 : 0;
            }
        }
        return boxes < MIN_BOXES ? 0 : (double) swapped / boxes;
    }

    /** Whether the centres lie near their cells in pixels: what is left of YOLOX's grid once it is decoded. */
    private boolean isDecoded() {
        int near = 0;
        int anchor = 0;
        for (int stride : YOLOX_STRIDES) {
            int columns = input.width() / stride;
            for (int cell = 0; cell < columns * (input.height() / stride) && anchor < count; cell++, anchor++) {
                float x = box(anchor, 0) / stride - cell % columns;
                float y = box(anchor, 1) / stride - cell / columns;
                boolean sized = box(anchor, 2) > 0 && box(anchor, 3) > 0;
                near += sized && Math.abs(x) < 5 && Math.abs(y) < 5 ? 1 : 0;
            }
        }
        return near > 0.8 * count;
    }

    private Optional<String> fault() {
        Optional<String> fault = confidences();
        if (fault.isEmpty() && isQuantisedAway()) {
            return Optional.of("it gave boxes in steps and no confidence but 0 for a test picture: its output may be"
                    + " quantised as a whole, in steps too large for confidences; leave the output in float");
        }
        if (fault.isEmpty() && output.head() == Head.END_TO_END) {
            fault = classes();
        }
        return fault.isPresent() || output.head() == Head.YOLOX ? fault : forms();
    }

    /** Whether boxes take few values only, as bytes of one scale do, and no candidate has any confidence. */
    private boolean isQuantisedAway() {
        Set<Float> seen = new HashSet<>();
        for (int i = 0; i < count; i++) {
            for (int n = 0; n < output.values(); n++) {
                float value = box(i, n);
                if (n < 4) {
                    // -0, of which files with their own NMS give many, is 0.
                    seen.add(value + 0f);
                } else if (value != 0 && !(n == 5 && output.head() == Head.END_TO_END)) {
                    return false;
                }
            }
        }
        return 4 * count > 2 * BYTE_VALUES && seen.size() > 1 && seen.size() <= BYTE_VALUES;
    }

    private Optional<String> confidences() {
        int last = output.head() == Head.END_TO_END ? 4 : output.values() - 1;
        for (int i = 0; i < count; i++) {
            for (int n = 4; n <= last; n++) {
                float value = box(i, n);
                // Written so that NaN is a fault.
                if (!(value >= ModelOutput.MIN_CONFIDENCE && value <= ModelOutput.MAX_CONFIDENCE)) {
                    finite = Float.isFinite(value);
                    return Optional.of("it gave a confidence of " + value + " for a test picture, expected 0 to 1:"
                            + " these may be logits (export with the sigmoid) or the output of another kind of network"
                            + " (DETR families are not supported)");
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> classes() {
        for (int i = 0; i < count; i++) {
            float value = box(i, 5);
            if (!isEmpty(i) && !(value >= -0.25 && Math.abs(value - Math.rint(value)) < 0.25)) {
                finite = Float.isFinite(value);
                return Optional.of(
                        "it gave a class of " + value + " for a test picture, expected a whole number from 0:"
                                + " its last two numbers are no confidence and class (DETR families are not supported)");
            }
        }
        return Optional.empty();
    }

    private Optional<String> forms() {
        float largest = largest();
        if (output.boxes().isNormalized() && largest > ModelOutput.MIN_PIXELS) {
            return Optional.of("a coordinate of a box for a test picture is " + largest + ", expected fractions of the"
                    + " picture: if these are pixels, say 'boxes: xyxy' or 'boxes: cxcywh' in a model YAML");
        }
        if (!output.boxes().isNormalized()
                && largest > 0
                && largest <= ModelOutput.MAX_FRACTION
                && count >= MIN_BOXES) {
            return Optional.of(
                    "all its boxes for a test picture lie within 0..2 pixels: if they are fractions of the picture, say 'boxes: normalized-xyxy' or 'boxes:"
                            + " normalized-cxcywh' in a model YAML");
        }
        if (!output.boxes().isCentred() && swapped() > FEW) {
            return Optional.of("many of its boxes for a test picture end before they begin: if they are centre, width"
                    + " and height, say 'boxes: cxcywh' in a model YAML");
        }
        return Optional.empty();
    }
}
