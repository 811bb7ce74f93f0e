package io.ringsight.sinks;

import io.ringsight.core.model.ModelSpec;
import java.util.List;

/**
 * The model as messages name it.
 *
 * @param name e.g. {@code pcb-defect}
 * @param version e.g. {@code 1}
 * @param sha256 of the model file, lower-case hexadecimal
 * @param precision of the weights: {@code fp32}, {@code fp16} or {@code int8}
 * @param backend what ran it, e.g. {@code onnxruntime-cpu}
 * @param labels class names, by class id
 */
public record ModelIdentity(
        String name, String version, String sha256, String precision, String backend, List<String> labels) {
    public ModelIdentity {
        labels = List.copyOf(labels);
    }

    /** The same model run by {@code other}. */
    ModelIdentity runBy(String other) {
        return new ModelIdentity(name, version, sha256, precision, other, labels);
    }

    /** What {@code spec} says of itself, run by {@code backend}. */
    public static ModelIdentity of(ModelSpec spec, String backend) {
        return new ModelIdentity(spec.name(), spec.version(), spec.sha256(), spec.precision(), backend, spec.labels());
    }
}
