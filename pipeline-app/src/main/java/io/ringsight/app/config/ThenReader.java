package io.ringsight.app.config;

import io.ringsight.app.config.PipelineConfig.Then;
import io.ringsight.app.config.yaml.Suggestion;
import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.detector.SecondModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the lists {@code then}: which models look at what another one found. */
final class ThenReader {
    static final int DEFAULT_MAX_OBJECTS = 16;
    private static final String ATTRIBUTE = "[A-Za-z][A-Za-z0-9_-]{0,63}";

    /** What each model's section says, by the model's name. */
    private final Map<String, YamlObject> sections = new LinkedHashMap<>();

    private final Map<String, List<YamlObject>> lists = new HashMap<>();

    /** What to say where a classifier is to find objects. */
    static String notADetector(String model) {
        return "expected a detector, got " + model
                + ", a classifier, which says what a picture shows and not where: it can"
                + " look at what a detector found, in its 'then'";
    }

    /** Notes what the section of a model says; called before its keys are {@link YamlObject#finish finished}. */
    void note(String model, YamlObject yaml) {
        sections.put(model, yaml);
        lists.put(model, yaml.objects("then"));
        if (yaml.isEmptyList("then")) {
            yaml.mistake("then", "expected a list of at least one model, got an empty one; leave it out for none");
        } else if (lists.get(model).size() > SecondModel.MAX_MODELS) {
            yaml.mistake(
                    "then",
                    "expected at most " + SecondModel.MAX_MODELS + " models, got "
                            + lists.get(model).size());
        }
    }

    /**
     * The models behind {@code model}.
     *
     * @param first what finds the objects; empty if it cannot be used
     * @param named those of {@code models} that can be used
     */
    List<Then> read(String model, Optional<PipelineConfig> first, Map<String, PipelineConfig> named) {
        List<Then> all = new ArrayList<>();
        Set<String> attributes = new HashSet<>();
        for (YamlObject yaml : lists.getOrDefault(model, List.of())) {
            entry(model, yaml, first, named, attributes).ifPresent(all::add);
        }
        return all;
    }

    private Optional<Then> entry(
            String owner,
            YamlObject yaml,
            Optional<PipelineConfig> first,
            Map<String, PipelineConfig> named,
            Set<String> attributes) {
        String name = yaml.text("model");
        String attribute = yaml.text("attribute", name);
        List<String> classes = classes(yaml, first);
        int maxObjects = yaml.integer("maxObjects", 1, SecondModel.MAX_OBJECTS, DEFAULT_MAX_OBJECTS);
        yaml.finish();
        if (name.isBlank()) {
            return Optional.empty();
        }
        problem(owner, name).ifPresent(sentence -> yaml.mistake("model", sentence));
        if (!attribute.matches(ATTRIBUTE)) {
            yaml.mistake(
                    "attribute",
                    "expected a name of 1 to 64 letters, digits, '_' or '-', the first a letter, got "
                            + YamlObject.quoted(attribute)
                            + (yaml.has("attribute") ? "" : ", the model's name: say another one here"));
        } else if (!attributes.add(attribute)) {
            yaml.mistake("attribute", "expected each attribute once, got " + YamlObject.quoted(attribute) + " again");
        }
        return Optional.ofNullable(named.get(name))
                .map(second -> new Then(name, second, attribute, classes, maxObjects));
    }

    private static List<String> classes(YamlObject yaml, Optional<PipelineConfig> first) {
        List<String> classes = yaml.texts("classes");
        if (yaml.isEmptyList("classes")) {
            yaml.mistake("classes", "expected a list of at least one class, got an empty one; leave it out for all");
        }
        first.map(found -> new ClassNames(found.model().labels()))
                .ifPresent(known -> classes.stream()
                        .filter(name -> known.ids(name).isEmpty())
                        .forEach(name -> yaml.mistake("classes", known.mistake(name))));
        return classes;
    }

    /** What is wrong with a second model, if anything is: a model looks at what another one found, once. */
    private Optional<String> problem(String owner, String name) {
        if (name.equals(owner)) {
            return Optional.of("expected another model than " + owner + " itself, which would look at what it found"
                    + " without end");
        }
        if (!sections.containsKey(name) || name.equals(Config.DEFAULT_MODEL)) {
            List<String> names = sections.keySet().stream()
                    .filter(known -> !known.equals(Config.DEFAULT_MODEL) && !known.equals(owner))
                    .toList();
            return Optional.of("expected a name in models, got " + YamlObject.quoted(name) + "; there "
                    + (names.isEmpty() ? "is no other" : "are " + String.join(", ", names))
                    + Suggestion.of(name, names));
        }
        List<String> behind =
                lists.get(name).stream().map(yaml -> yaml.text("model", "")).toList();
        if (behind.contains(owner)) {
            return Optional.of("expected models that come to an end, but " + name + " has " + owner
                    + " in its own then: this is a circle");
        }
        return behind.isEmpty()
                ? Optional.empty()
                : Optional.of("expected a model without a then of its own, got " + name + ", which has "
                        + String.join(", ", behind) + " in it");
    }
}
