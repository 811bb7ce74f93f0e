package io.ringsight.app.config;

import io.ringsight.app.config.yaml.Suggestion;
import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.detect.WantedClasses;
import java.util.ArrayList;
import java.util.List;

/**
 * The classes that a model knows, by name.
 *
 * @param labels names by class id
 */
public record ClassNames(List<String> labels) {
    private static final int MAX_LISTED = 100;

    public ClassNames {
        labels = List.copyOf(labels);
    }

    /** The ids of the classes of this name; upper and lower case count only where both are there. Empty for none. */
    public List<Integer> ids(String name) {
        List<Integer> exact = new ArrayList<>();
        List<Integer> alike = new ArrayList<>();
        for (int id = 0; id < labels.size(); id++) {
            if (labels.get(id).equals(name)) {
                exact.add(id);
            } else if (labels.get(id).equalsIgnoreCase(name)) {
                alike.add(id);
            }
        }
        return exact.isEmpty() ? alike : exact;
    }

    /** The classes of these names; names that are none of them have none. All where there is no name. */
    public WantedClasses wanted(List<String> names) {
        return names.isEmpty()
                ? WantedClasses.ALL
                : WantedClasses.of(
                        names.stream().flatMap(name -> ids(name).stream()).toList());
    }

    /** What to say of a name that is none of them. */
    public String mistake(String name) {
        String listed = String.join(", ", labels.subList(0, Math.min(MAX_LISTED, labels.size())));
        String suggestion = Suggestion.of(name, labels);
        return "expected names of the model's classes, got " + YamlObject.quoted(name)
                + (suggestion.isEmpty() ? "; the" : suggestion + " The") + " model has " + listed
                + (labels.size() > MAX_LISTED ? ", ..." : "");
    }
}
