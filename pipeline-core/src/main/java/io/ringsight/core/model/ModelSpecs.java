package io.ringsight.core.model;

import io.ringsight.core.model.ModelFile.Tensor;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.model.ModelOutput.Head;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Makes a {@link ModelSpec} of what an ONNX file says of itself and what a model YAML says of it; the YAML wins where
 * the file leaves a choice. Every disagreement is a {@link ModelException} of one sentence.
 */
public final class ModelSpecs {
    private static final float UNIT_SCALE = 1 / 255f;
    private static final float DEFAULT_NMS_IOU = 0.45f;
    private static final float DEFAULT_THRESHOLD = 0.25f;
    private static final int DEFAULT_PAD = 114;
    /** The task of a classifier in Ultralytics' metadata. */
    static final String CLASSIFY = "classify";

    private static final int MIN_SIDE = 16;
    private static final int MAX_SIDE = 8192;
    private static final Map<String, TensorType> TYPES = Map.of(
            "FLOAT", TensorType.FLOAT32,
            "FLOAT16", TensorType.FLOAT16,
            "UINT8", TensorType.UINT8);

    private final ModelFile file;
    private final ModelOverrides overrides;

    private ModelSpecs(ModelFile file, ModelOverrides overrides) {
        this.file = file;
        this.overrides = overrides;
    }

    /**
     * The specification.
     *
     * @param sample runs the model on a picture
     * @throws ModelException if the two disagree, or the model is none that can be run
     */
    public static ModelSpec merge(ModelFile file, ModelOverrides overrides, Sample sample) throws ModelException {
        return new ModelSpecs(file, overrides).merge(sample);
    }

    /**
     * What goes in.
     *
     * @throws ModelException if nothing says its size, the file and the YAML differ, or it is no picture
     */
    public static ModelInput input(ModelFile file, ModelOverrides overrides) throws ModelException {
        return new ModelSpecs(file, overrides).input();
    }

    private ModelSpec merge(Sample sample) throws ModelException {
        checkTask();
        ModelInput input = input();
        ModelOutput output = OutputLayout.of(file, overrides, input, sample);
        List<String> labels = labels(output);
        checkClasses(labels.size(), OutputCheck.highestClass(input, output, sample));
        return new ModelSpec(
                orElse(overrides.name(), fileName()),
                orElse(overrides.version(), "1"),
                new ModelSpec.Weights(file.path(), file.sha256(), file.precision()),
                input,
                output,
                labels,
                orElse(overrides.threshold(), DEFAULT_THRESHOLD),
                file.outputs().stream()
                        .filter(tensor -> !tensor.name().equals(output.tensorName()))
                        .map(tensor -> tensor.name() + " " + tensor.text())
                        .toList());
    }

    private void checkTask() throws ModelException {
        String task = file.metadata().getOrDefault("task", "detect");
        if (!task.equals("detect") && !task.equals(CLASSIFY)) {
            throw fault("its task is '" + task + "', but only models for 'detect' and 'classify' can be run");
        }
    }

    private ModelInput input() throws ModelException {
        Tensor tensor = onlyInput();
        TensorType type = TYPES.get(tensor.type());
        if (type == null) {
            throw fault("its input is of type " + tensor.type().toLowerCase(Locale.ROOT)
                    + ", but must be float, float16 or uint8");
        }
        int[] size = size();
        // YOLOX takes pictures as OpenCV reads them, laid into the top left corner.
        boolean yolox = overrides.output().head() == Head.YOLOX;
        boolean bytes = yolox || !file.firstStep().isEmpty();
        float scale = type == TensorType.UINT8 ? 1 : orElse(overrides.input().scale(), bytes ? 1 : UNIT_SCALE);
        if (type == TensorType.UINT8
                && overrides.input().scale() != null
                && overrides.input().scale() != 1) {
            throw fault(
                    "scale",
                    "its input is uint8, so the scale can only be 1, not "
                            + overrides.input().scale());
        }
        if (!file.firstStep().isEmpty() && scale != 1) {
            throw fault(
                    "scale",
                    "its first step is " + file.firstStep() + ", which is for pictures of 0..255, but the model YAML"
                            + " says 0..1");
        }
        long tensorBytes = 3L * size[0] * size[1] * Math.max(1, tensor.dim(0)) * Float.BYTES;
        if (tensorBytes > Integer.MAX_VALUE) {
            throw fault("inputSize", "its input is " + tensor.text() + ", which is more than 2 GiB");
        }
        return new ModelInput(
                tensor.name(),
                size[0],
                size[1],
                type,
                orElse(overrides.input().order(), yolox ? ChannelOrder.BGR : ChannelOrder.RGB),
                scale,
                new ModelInput.Padding(
                        orElse(overrides.input().placement(), yolox ? Placement.TOP_LEFT : Placement.CENTER),
                        orElse(overrides.input().padValue(), DEFAULT_PAD)),
                Math.max(0, tensor.dim(0)));
    }

    private Tensor onlyInput() throws ModelException {
        if (file.inputs().size() != 1) {
            throw fault("it has " + file.inputs().size() + " inputs, but must have exactly one, a picture: "
                    + file.inputs().stream().map(Tensor::name).collect(Collectors.joining(", ")));
        }
        Tensor tensor = file.inputs().get(0);
        if (tensor.rank() != 4 || tensor.dim(1) != 3) {
            boolean channelsLast = tensor.rank() == 4 && tensor.dim(3) == 3;
            throw fault("its input is " + tensor.text() + ", but must be [batch, 3, height, width]"
                    + (channelsLast ? ": convert it from channels-last, as tf2onnx does with --inputs-as-nchw" : ""));
        }
        return tensor;
    }

    private int[] size() throws ModelException {
        Tensor tensor = onlyInput();
        int[] exported = exportedSize();
        int height =
                dimension("height", tensor.dim(2), overrides.input().height(), exported == null ? null : exported[0]);
        int width = dimension("width", tensor.dim(3), overrides.input().width(), exported == null ? null : exported[1]);
        return new int[] {width, height};
    }

    /** Height and width from Ultralytics' metadata, or null. */
    private int[] exportedSize() {
        String text = file.metadata().get("imgsz");
        int[] size = text == null ? null : PythonLiteral.integers(text);
        if (size == null || size.length == 0 || size.length > 2) {
            return null;
        }
        return new int[] {size[0], size[size.length - 1]};
    }

    private int dimension(String what, int fixed, Integer wanted, Integer exported) throws ModelException {
        if (fixed > 0 && wanted != null && wanted != fixed) {
            throw fault(
                    "inputSize", "its input " + what + " is fixed at " + fixed + ", but the model YAML says " + wanted);
        }
        Integer value = fixed > 0 ? Integer.valueOf(fixed) : orElse(wanted, exported);
        if (value == null) {
            throw fault(
                    "inputSize",
                    "its input " + what + " is free and nothing says what to use: add 'inputSize' to a model YAML");
        }
        if (value < MIN_SIDE || value > MAX_SIDE) {
            throw fault(
                    "inputSize",
                    "its input " + what + " is " + value + ", but must be " + MIN_SIDE + " to " + MAX_SIDE);
        }
        return value;
    }

    private List<String> labels(ModelOutput output) throws ModelException {
        String text = file.metadata().get("names");
        List<String> named = text == null ? null : PythonLiteral.names(text);
        List<String> labels = orElse(overrides.labels(), named);
        if (labels == null && text != null) {
            throw fault(
                    "labels",
                    "its metadata names its classes in a way that cannot be read, " + shortened(text)
                            + ", expected {0: 'a', 1: 'b'} or ['a', 'b'] with ids from 0: add 'labels' to a model YAML");
        }
        if (labels == null || labels.isEmpty()) {
            throw fault("labels", "nothing says what its classes are called: add 'labels' to a model YAML");
        }
        if (overrides.labels() != null && named != null && named.size() != labels.size()) {
            throw fault("labels", counted(labels.size()) + ", but its metadata names " + named.size() + " classes");
        }
        checkText(labels);
        checkOrder(labels, named);
        int classes = OutputLayout.classes(output);
        if (classes != 0 && classes != labels.size()) {
            throw fault("labels", counted(labels.size()) + ", but its output has " + classes + " classes");
        }
        return labels;
    }

    /** An end-to-end head's shape does not tell how many classes there are, but its output may. */
    private void checkClasses(int labels, int highest) throws ModelException {
        if (highest >= labels) {
            throw fault(
                    "labels",
                    counted(labels) + ", for classes from 0, but it gave class " + highest + " for a test picture: it"
                            + " counts them from 1, or the labels are another model's");
        }
    }

    /** A message with half a surrogate pair in it cannot be written. */
    private void checkText(List<String> labels) throws ModelException {
        for (int i = 0; i < labels.size(); i++) {
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(labels.get(i))) {
                throw fault(
                        "labels",
                        "the name of class " + i + " is no text: expected Unicode, got half a surrogate pair");
            }
        }
    }

    /** Other names are a user's choice; the file's own names at other places are a list of another model. */
    private void checkOrder(List<String> labels, List<String> named) throws ModelException {
        for (int i = 0; named != null && i < labels.size(); i++) {
            int meant = named.indexOf(labels.get(i));
            if (meant >= 0 && !named.get(i).equals(labels.get(i))) {
                throw fault(
                        "labels",
                        "class " + i + " is called '" + labels.get(i) + "' here, but its metadata calls class " + meant
                                + " so and class " + i + " '" + named.get(i)
                                + "': the labels are swapped, or another model's");
            }
        }
    }

    private static String shortened(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() > 60 ? line.substring(0, 60) + "..." : line;
    }

    private static String counted(int labels) {
        return labels == 1 ? "there is 1 label" : "there are " + labels + " labels";
    }

    private String fileName() {
        return file.path().getFileName().toString().replaceFirst("(?i)\\.onnx$", "");
    }

    private ModelException fault(String what) {
        return fault(ModelException.FILE, what);
    }

    private ModelException fault(String key, String what) {
        return new ModelException(key, file.path() + ": this model cannot be used: " + what);
    }

    private static <T> T orElse(T value, T other) {
        return value != null ? value : other;
    }

    /** The NMS overlap when nothing says another. */
    static float nmsIou(ModelOverrides overrides) {
        return orElse(overrides.output().nmsIou(), DEFAULT_NMS_IOU);
    }
}
