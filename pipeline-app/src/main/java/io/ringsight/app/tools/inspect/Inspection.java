package io.ringsight.app.tools.inspect;

import io.ringsight.app.config.model.Gate;
import io.ringsight.core.infer.onnx.Likeness;
import io.ringsight.core.infer.onnx.OnnxGraph;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All that was found out about a model.
 *
 * @param model the model
 * @param reference what it was compared with, if anything
 * @param graph the network of the file
 * @param size how large the network is
 * @param layers what runs on this machine, in its order
 * @param timing how long it takes
 */
record Inspection(
        ModelSpec model, Optional<ModelSpec> reference, OnnxGraph graph, Size size, List<Layer> layers, Timing timing) {
    /**
     * How large the network is.
     *
     * @param fileBytes size of the file
     * @param parameters learned numbers
     * @param operations arithmetic operations of one picture
     * @param weightBytes size of all constant tensors
     * @param activationBytes the most that tensors between operations need at a time, for a whole batch
     * @param operators how many there are of each type in the file
     */
    record Size(
            long fileBytes,
            long parameters,
            long operations,
            long weightBytes,
            long activationBytes,
            Map<String, Integer> operators) {}

    /**
     * How long it takes, and how that was measured.
     *
     * @param pictureUs how long one picture takes on one core, the fastest run
     * @param runs how many runs the times are of
     * @param machine what the machine does at best
     * @param picture what was put in
     */
    record Timing(double pictureUs, int runs, CorePeak machine, String picture) {}

    /**
     * What one type of operation takes.
     *
     * @param op its type, as it ran
     * @param count how many there are
     * @param measuredUs what they took together
     * @param operations their arithmetic
     */
    record Share(String op, int count, double measuredUs, long operations) {}

    /** Time by type of operation, most first. */
    List<Share> shares() {
        Map<String, List<Layer>> byOp = layers.stream().collect(Collectors.groupingBy(Layer::op));
        return byOp.entrySet().stream()
                .map(entry -> new Share(
                        entry.getKey(),
                        entry.getValue().size(),
                        entry.getValue().stream()
                                .mapToDouble(layer -> layer.work().measuredUs())
                                .sum(),
                        entry.getValue().stream()
                                .mapToLong(layer -> layer.work().operations())
                                .sum()))
                .sorted((a, b) -> Double.compare(b.measuredUs(), a.measuredUs()))
                .toList();
    }

    /** Arithmetic by what it is computed in. */
    Map<String, Long> operationsByPrecision() {
        Map<String, Long> operations = new TreeMap<>();
        layers.stream()
                .filter(layer -> layer.work().operations() > 0)
                .forEach(layer ->
                        operations.merge(layer.precision(), layer.work().operations(), Long::sum));
        return operations;
    }

    /** Pictures of one run. */
    int batch() {
        return Math.max(1, model.input().fixedBatch());
    }

    /** All layers for one picture, each in its fastest run. */
    double layersUs() {
        return layers.stream().mapToDouble(layer -> layer.work().measuredUs()).sum();
    }

    /** The least all layers could take. */
    double estimatedUs() {
        return layers.stream().mapToDouble(layer -> layer.work().estimatedUs()).sum();
    }

    /** The layer least like the reference's. */
    Optional<Layer> leastAlike() {
        return layers.stream()
                .filter(layer -> layer.likeness().isPresent())
                .min((a, b) -> Double.compare(cosine(a), cosine(b)));
    }

    private static double cosine(Layer layer) {
        return layer.likeness().map(Likeness::cosine).orElseThrow();
    }

    String inputText() {
        ModelInput input = model.input();
        return input.tensorName() + ": " + input.type().name().toLowerCase(java.util.Locale.ROOT) + " ["
                + (input.fixedBatch() == 0 ? "N" : input.fixedBatch()) + ", 3, " + input.height() + ", "
                + input.width() + "]";
    }

    String outputText() {
        long[] shape = model.output().shape(Math.max(1, model.input().fixedBatch()));
        return model.output().tensorName() + ": float32 " + java.util.Arrays.toString(shape) + ", "
                + model.output().head().wireName() + ", " + model.labels().size() + " classes";
    }

    /** What {@code --json} writes. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("model", identity(model));
        fields.put("reference", reference.map(Inspection::identity).orElse(null));
        fields.put("producer", graph.producer());
        fields.put("opsets", graph.opsets());
        fields.put("input", inputText());
        fields.put("preparation", model.input().preparation());
        fields.put("output", outputText());
        fields.put("otherOutputs", model.otherOutputs());
        fields.put("labels", model.labels());
        fields.put("settings", Gate.settings(model));
        fields.put("fileBytes", size.fileBytes);
        fields.put("parameters", size.parameters);
        fields.put("flops", size.operations);
        fields.put("weightBytes", size.weightBytes);
        fields.put("activationBytes", size.activationBytes);
        fields.put("operators", size.operators);
        fields.put("flopsByPrecision", operationsByPrecision());
        fields.put("batch", batch());
        fields.put("runs", timing.runs);
        fields.put("picture", timing.picture);
        fields.put("measuredUs", layersUs());
        fields.put("wholeRunUs", timing.pictureUs);
        fields.put("estimatedUs", estimatedUs());
        fields.put("machine", timing.machine.fields());
        fields.put("layers", layers.stream().map(Layer::fields).toList());
        return fields;
    }

    private static Map<String, Object> identity(ModelSpec model) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", model.name());
        fields.put("version", model.version());
        fields.put("file", model.weights().file());
        fields.put("sha256", model.weights().sha256());
        fields.put("precision", model.weights().precision());
        return fields;
    }
}
