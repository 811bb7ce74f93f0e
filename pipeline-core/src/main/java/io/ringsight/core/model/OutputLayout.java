package io.ringsight.core.model;

import io.ringsight.core.model.ModelFile.Tensor;
import io.ringsight.core.model.ModelOutput.Boxes;
import io.ringsight.core.model.ModelOutput.Head;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Finds out from shapes, metadata, the model YAML and one picture's output how a detector's output is laid out. */
final class OutputLayout {
    /** Numbers of an end-to-end detection: box, confidence, class. */
    private static final int END_TO_END_VALUES = 6;
    /** Raw heads have thousands of candidates, end-to-end heads hundreds. */
    private static final int MAX_END_TO_END = 1_000;
    /** Strides of YOLOX's three grids. */
    private static final int[] YOLOX_STRIDES = {8, 16, 32};

    private static final String SUPPORTED = "[batch, detections, 6], [batch, 4 + classes, candidates] "
            + "or, for YOLOX, [batch, candidates, 5 + classes]";
    private static final String EXPORT =
            "; YOLO models become one that fits with 'yolo export model=FILE.pt format=onnx'";

    private final ModelFile file;
    private final ModelOverrides overrides;
    private final ModelInput input;

    private OutputLayout(ModelFile file, ModelOverrides overrides, ModelInput input) {
        this.file = file;
        this.overrides = overrides;
        this.input = input;
    }

    /** The classes a raw head has, or 0 for an end-to-end head, whose shape does not tell. */
    static int classes(ModelOutput output) {
        return switch (output.head()) {
            case END_TO_END -> 0;
            case ONE_TO_ONE, ONE_TO_MANY -> output.values() - 4;
            case YOLOX -> output.values() - 5;
            case CLASSIFIER, CLASSIFIER_LOGITS -> output.values();
        };
    }

    static ModelOutput of(ModelFile file, ModelOverrides overrides, ModelInput input, Sample sample)
            throws ModelException {
        if (ClassifierLayout.applies(file, overrides)) {
            return ClassifierLayout.of(file, overrides, input, sample);
        }
        OutputLayout layout = new OutputLayout(file, overrides, input);
        ModelOutput output = layout.byShape();
        if (overrides.output().boxes() == null) {
            output = layout.output(output.tensorName(), output, OutputCheck.boxes(input, output, sample));
        }
        String fault = OutputCheck.fault(input, output, sample).orElse(null);
        if (fault != null) {
            throw layout.fault("head", fault + layout.allOutputs());
        }
        return output;
    }

    private ModelOutput output(String name, ModelOutput shape, Boxes boxes) {
        return new ModelOutput(
                name, shape.head(), boxes, shape.candidates(), shape.values(), ModelSpecs.nmsIou(overrides));
    }

    private ModelOutput byShape() throws ModelException {
        Tensor tensor = tensor();
        Head head = overrides.output().head() != null ? overrides.output().head() : guess(tensor);
        int batch = Math.max(1, input.fixedBatch());
        if (tensor.dim(0) > 0 && tensor.dim(0) != batch) {
            throw fault(
                    "head",
                    "its output is " + tensor.text() + ", but must begin with the batch, " + batch + allOutputs());
        }
        boolean candidatesFirst = head == Head.END_TO_END || head == Head.YOLOX;
        int candidates = tensor.dim(candidatesFirst ? 1 : 2);
        int values = tensor.dim(candidatesFirst ? 2 : 1);
        Boxes boxes = overrides.output().boxes() != null ? overrides.output().boxes() : head.usualBoxes();
        if (boxes == Boxes.GRID && head != Head.YOLOX) {
            throw fault("boxes", "boxes in a grid are of 'head: yolox' only");
        }
        ModelOutput output =
                new ModelOutput(tensor.name(), head, boxes, candidates, values, ModelSpecs.nmsIou(overrides));
        if (!fits(output)) {
            throw fault(
                    "head",
                    "its output is " + tensor.text() + ", which is no '" + head.wireName() + "' head for a "
                            + input.width() + "x" + input.height() + " input" + allOutputs());
        }
        if ((long) Math.max(1, input.fixedBatch()) * candidates * values > Integer.MAX_VALUE / Float.BYTES) {
            throw fault("head", "its output is " + tensor.text() + ", which is more than 2 GiB");
        }
        return output;
    }

    private Tensor tensor() throws ModelException {
        if (overrides.output().name() != null) {
            return file.outputs().stream()
                    .filter(tensor -> tensor.name().equals(overrides.output().name()))
                    .findFirst()
                    .map(this::orNull)
                    .orElseThrow(() -> fault(
                            "output",
                            "it has no output '" + overrides.output().name() + "' of three dimensions" + outputs()));
        }
        List<Tensor> fitting =
                file.outputs().stream().filter(tensor -> tensor.rank() == 3).toList();
        if (fitting.isEmpty()) {
            throw fault(
                    "head", "none of its outputs can be read, expected " + SUPPORTED + outputs() + advice() + EXPORT);
        }
        Tensor tensor = fitting.get(0);
        if (fitting.stream().anyMatch(other -> !other.type().equals("FLOAT"))) {
            throw wrongType(fitting);
        }
        if (fitting.size() > 1 || isPartOfMore(tensor)) {
            throw fault(
                    "output",
                    "it has more than one output that may hold objects" + outputs() + advice()
                            + "; if one of them holds box, confidence and class, name it: 'output: NAME' in a model YAML");
        }
        return tensor;
    }

    private Tensor orNull(Tensor tensor) {
        return tensor.rank() == 3 && tensor.type().equals("FLOAT") ? tensor : null;
    }

    private ModelException wrongType(List<Tensor> fitting) {
        boolean half = fitting.stream().anyMatch(tensor -> tensor.type().equals("FLOAT16"));
        return fault(
                "head",
                "its output is of another type than float" + outputs()
                        + (half
                                ? "; convert to half precision with inputs and outputs left as they are"
                                        + " (keep_io_types=True), or export without half=True"
                                : advice() + EXPORT));
    }

    /** Whether another output speaks of the same candidates: DETR families and cut networks give boxes and scores apart. */
    private boolean isPartOfMore(Tensor tensor) {
        return file.outputs().stream()
                .filter(other -> other != tensor)
                .anyMatch(other -> other.rank() == 2 && other.dim(1) == tensor.dim(1)
                        || other.name().toLowerCase(Locale.ROOT).matches(".*(boxes|logits|scores|labels|dets).*"));
    }

    private Head guess(Tensor tensor) throws ModelException {
        int first = tensor.dim(1);
        int last = tensor.dim(2);
        if (last == END_TO_END_VALUES && first <= MAX_END_TO_END) {
            return endToEnd(tensor);
        }
        if (first > 4 && first < last) {
            boolean oneToOne =
                    is("end2end", "true") || "v10Detect".equals(file.metadata().get("head"));
            return oneToOne ? Head.ONE_TO_ONE : Head.ONE_TO_MANY;
        }
        throw fault(
                "head",
                "its output is " + tensor.text() + ", expected " + SUPPORTED + meaning(first, last) + allOutputs());
    }

    /** Ultralytics' RT-DETR with two classes has the very shape. */
    private Head endToEnd(Tensor tensor) throws ModelException {
        boolean nms = file.metadata().getOrDefault("args", "").matches(".*'nms': True.*");
        if (is("end2end", "false") && !nms) {
            throw fault(
                    "head",
                    "its output is " + tensor.text() + ", but its metadata says 'end2end: False': this may be RT-DETR,"
                            + " which is not supported (4 box numbers and a score for each of two classes); if it does"
                            + " hold box, confidence and class, say 'head: end-to-end' in a model YAML" + allOutputs());
        }
        return Head.END_TO_END;
    }

    private boolean is(String key, String value) {
        return value.equalsIgnoreCase(file.metadata().get(key));
    }

    /** What such a shape usually is. */
    private String meaning(int first, int last) {
        if (last > 5 && first == yoloxCandidates()) {
            return ": this may be YOLOX: if so, say 'head: yolox' in a model YAML; or the transposed output of another"
                    + " YOLO: if so, export it again with the usual [batch, 4 + classes, candidates]";
        }
        if (last > 5 && first == 3 * yoloxCandidates()) {
            return ": this may be YOLOv5 or YOLOv7 with anchors, whose output is not supported; export it with NMS"
                    + " in the file, or train YOLOv8 or newer";
        }
        if (last > 4 && first <= MAX_END_TO_END) {
            return ": this may be RT-DETR or another DETR, which are not supported";
        }
        return "";
    }

    private String advice() {
        boolean detr = file.outputs().stream()
                .anyMatch(tensor -> tensor.name().toLowerCase(Locale.ROOT).matches(".*(logits|pred_boxes|dets).*"));
        boolean nms = file.outputs().stream()
                .anyMatch(tensor -> tensor.name().matches("num_dets|num_detections|det_(boxes|scores|classes)"));
        if (nms) {
            return "; this may be an export for TensorRT's NMS plugin: export it without";
        }
        if (file.outputs().size() == 1 && file.outputs().get(0).rank() == 2) {
            return "; if this is a classifier, say 'head: classifier' or 'head: classifier-logits' in a model YAML";
        }
        return detr ? "; this may be DETR, RT-DETR or D-FINE, which are not supported" : "";
    }

    /** All outputs, where there are more than one. */
    private String allOutputs() {
        return file.outputs().size() > 1 ? outputs() : "";
    }

    private String outputs() {
        return "; its outputs are "
                + (file.outputs().isEmpty()
                        ? "none"
                        : file.outputs().stream()
                                .map(tensor -> tensor.name() + " " + tensor.text())
                                .collect(Collectors.joining(", ")));
    }

    private boolean fits(ModelOutput output) {
        if (output.candidates() < 1) {
            return false;
        }
        return switch (output.head()) {
            case END_TO_END -> output.values() == END_TO_END_VALUES;
            case ONE_TO_ONE, ONE_TO_MANY -> output.values() > 4;
            case YOLOX ->
                output.values() > 5 && (output.boxes() != Boxes.GRID || output.candidates() == yoloxCandidates());
            case CLASSIFIER, CLASSIFIER_LOGITS -> false;
        };
    }

    private int yoloxCandidates() {
        int sum = 0;
        for (int stride : YOLOX_STRIDES) {
            sum += (input.width() / stride) * (input.height() / stride);
        }
        return sum;
    }

    private ModelException fault(String key, String what) {
        return new ModelException(key, file.path() + ": this model cannot be used: " + what);
    }
}
