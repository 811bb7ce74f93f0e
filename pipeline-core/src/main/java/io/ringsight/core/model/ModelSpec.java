package io.ringsight.core.model;

import java.nio.file.Path;
import java.util.List;

/**
 * All that is known of a model file: where it is, what goes in, what comes out, what its classes are called. Read from
 * a YAML file beside the model, from the model's own metadata, or both (YAML wins).
 *
 * @param name name in messages, e.g. {@code pcb-defect}
 * @param version version in messages
 * @param weights the file itself
 * @param input what the network wants to see
 * @param output what it says
 * @param labels class names, by class id
 * @param threshold least confidence of a detection unless the configuration says another
 * @param otherOutputs name, type and shape of each output that is not read
 */
public record ModelSpec(
        String name,
        String version,
        Weights weights,
        ModelInput input,
        ModelOutput output,
        List<String> labels,
        float threshold,
        List<String> otherOutputs) {
    public ModelSpec {
        labels = List.copyOf(labels);
        otherOutputs = List.copyOf(otherOutputs);
        if (labels.isEmpty()) {
            throw new IllegalArgumentException("a model needs at least one label");
        }
        if (!(threshold >= 0 && threshold <= 1)) {
            throw new IllegalArgumentException("threshold must be 0 to 1: " + threshold);
        }
    }

    /**
     * The file that was trained.
     *
     * @param file the ONNX file
     * @param sha256 of the ONNX file and the files its weights are in, lower-case hexadecimal
     * @param precision of the weights, for messages: {@code fp32}, {@code fp16}, {@code bf16} or {@code int8}
     */
    public record Weights(Path file, String sha256, String precision) {}

    /** The class of exactly that name, else one that is called so in upper or lower case; else -1. */
    public int classId(String className) {
        int alike = labels.indexOf(className);
        for (int id = 0; alike < 0 && id < labels.size(); id++) {
            alike = labels.get(id).equalsIgnoreCase(className) ? id : alike;
        }
        return alike;
    }

    /** The class's name, or {@code class-N} for an id the labels do not have. */
    public String label(int classId) {
        return classId >= 0 && classId < labels.size() ? labels.get(classId) : "class-" + classId;
    }
}
