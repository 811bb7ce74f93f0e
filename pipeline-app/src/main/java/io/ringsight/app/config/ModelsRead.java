package io.ringsight.app.config;

import io.ringsight.app.config.PipelineConfig.Then;
import io.ringsight.app.config.yaml.Suggestion;
import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.analyse.named.AttributeClass;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The models that were read, some perhaps with mistakes.
 *
 * @param pipeline the pipeline's own; empty if it cannot be used
 * @param models those of {@code models} that can be used, by their names
 * @param names of all of them
 * @param devices by name, of those that say one of their own
 * @param device the pipeline's
 */
record ModelsRead(
        Optional<PipelineConfig> pipeline,
        Map<String, PipelineConfig> models,
        List<String> names,
        Map<String, String> devices,
        String device) {
    /** A model by its name, or the pipeline's; empty if it cannot be used. */
    Optional<PipelineConfig> of(Optional<String> model) {
        return model.isEmpty() ? pipeline : Optional.ofNullable(models.get(model.get()));
    }

    /** The classes that a source's model knows; empty if it cannot be used. */
    Optional<ClassNames> classNames(Optional<String> model) {
        return of(model).map(found -> new ClassNames(found.model().labels()));
    }

    /**
     * What is wrong with the name of a class that a source's model knows, or of what its second models say
     * ({@link AttributeClass}), if anything is.
     *
     * @param published names of the classes whose objects the source publishes; none: all are
     */
    Optional<String> problemOfName(Optional<String> model, List<String> published, String name) {
        Optional<PipelineConfig> read = of(model);
        Optional<AttributeClass> said = AttributeClass.of(name);
        if (read.isEmpty() || !classNames(model).orElseThrow().ids(name).isEmpty()) {
            return Optional.empty();
        }
        if (said.isEmpty()) {
            return Optional.of(classNames(model).orElseThrow().mistake(name));
        }
        List<Then> all = read.get().then();
        return all.stream()
                .filter(then -> then.attribute().equals(said.get().attribute()))
                .findFirst()
                .map(then -> problemOf(then, said.get(), published))
                .orElseGet(() -> Optional.of(noAttribute(name, all)));
    }

    private static Optional<String> problemOf(Then then, AttributeClass said, List<String> published) {
        ClassNames known = new ClassNames(then.pipeline().model().labels());
        if (known.ids(said.className()).isEmpty()) {
            return Optional.of("after " + said.attribute() + "= " + known.mistake(said.className()));
        }
        boolean looks = published.isEmpty()
                || then.classes().isEmpty()
                || then.classes().stream().anyMatch(name -> published.stream().anyMatch(name::equalsIgnoreCase));
        return looks
                ? Optional.empty()
                : Optional.of("expected an attribute of the source's classes, but " + said.attribute() + " is of "
                        + String.join(", ", then.classes()) + ", which are left out; add one to classes");
    }

    private static String noAttribute(String name, List<Then> all) {
        List<String> attributes = all.stream().map(Then::attribute).toList();
        return "expected a class, or ATTRIBUTE=CLASS with an attribute of a second model, got "
                + YamlObject.quoted(name)
                + (attributes.isEmpty()
                        ? "; the source's model has no then"
                        : "; there are " + String.join(", ", attributes));
    }

    /** The least confidence of what a source's model finds; 0 if it cannot be used. */
    float threshold(Optional<String> model) {
        return of(model).map(PipelineConfig::threshold).orElse(0f);
    }

    /** The device of a source's model. */
    String device(Optional<String> model) {
        return model.map(devices::get).orElse(device);
    }

    /** What is wrong with a source's {@code model}, if anything is. */
    Optional<String> problem(String model) {
        if (names.contains(model) || model.equals(Config.DEFAULT_MODEL)) {
            return Optional.ofNullable(models.get(model))
                    .filter(read -> read.model().output().head().isClassifier())
                    .map(read -> ThenReader.notADetector(model));
        }
        String known = String.join(
                ", ",
                Stream.concat(Stream.of(Config.DEFAULT_MODEL), names.stream()).toList());
        return Optional.of("expected a name in models, got " + YamlObject.quoted(model) + "; there are " + known
                + " (the pipeline's)".repeat(names.isEmpty() ? 1 : 0) + Suggestion.of(model, names));
    }
}
