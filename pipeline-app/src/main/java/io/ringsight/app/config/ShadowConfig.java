package io.ringsight.app.config;

import io.ringsight.app.config.yaml.Suggestion;
import io.ringsight.app.config.yaml.YamlObject;
import java.util.List;
import java.util.Optional;

/**
 * A candidate that computes some of the frames once more, for comparison.
 *
 * @param model its name in {@code models}
 * @param share of the frames, above 0 and up to 1
 * @param of the name of the model that it is compared with
 */
public record ShadowConfig(String model, double share, String of) {
    /** One frame in a thousand. */
    public static final double MIN_SHARE = 0.001;
    /** One frame in ten. */
    public static final double DEFAULT_SHARE = 0.1;

    /** Reads {@code shadow}; empty if it cannot be used. */
    static Optional<ShadowConfig> read(YamlObject yaml, ModelsRead models, List<SourceConfig> sources) {
        String model = yaml.text("model");
        double share = yaml.number("share", MIN_SHARE, 1, DEFAULT_SHARE);
        String of = yaml.text("of", Config.DEFAULT_MODEL);
        yaml.finish();
        if (model.isBlank()) {
            return Optional.empty();
        }
        Optional<String> problemOfModel = problemOfModel(model, of, models);
        Optional<String> problemOfReference = problemOfReference(of, models, sources);
        problemOfModel.ifPresent(sentence -> yaml.mistake("model", sentence));
        problemOfReference.ifPresent(sentence -> yaml.mistake("of", sentence));
        if (problemOfModel.isPresent() || problemOfReference.isPresent()) {
            return Optional.empty();
        }
        Optional<PipelineConfig> candidate = models.of(Optional.of(model));
        Optional<PipelineConfig> reference = models.of(Optional.of(of).filter(name -> !isDefault(name)));
        if (candidate.isEmpty() || reference.isEmpty()) {
            // What is wrong with their files is told there.
            return Optional.empty();
        }
        Optional<String> difference = difference(candidate.get(), reference.get(), of);
        difference.ifPresent(sentence -> yaml.mistake("model", sentence));
        return difference.isPresent() ? Optional.empty() : Optional.of(new ShadowConfig(model, share, of));
    }

    private static boolean isDefault(String name) {
        return name.equals(Config.DEFAULT_MODEL);
    }

    private static Optional<String> problemOfModel(String model, String of, ModelsRead models) {
        String expected = "expected a model in models other than " + YamlObject.quoted(of);
        if (isDefault(model) || model.equals(of)) {
            return Optional.of(expected + ", which it is to be compared with, got " + YamlObject.quoted(model)
                    + (model.equals(of) ? "" : ", which is pipeline.model: name it under models, too"));
        }
        return models.names().contains(model)
                ? models.problem(model)
                : Optional.of(expected + ", got " + YamlObject.quoted(model) + "; there are "
                        + (models.names().isEmpty() ? "none" : String.join(", ", models.names()))
                        + Suggestion.of(model, models.names()));
    }

    private static Optional<String> problemOfReference(String of, ModelsRead models, List<SourceConfig> sources) {
        Optional<String> problem = models.problem(of);
        boolean isUsed = sources.stream()
                .anyMatch(source -> source.model().orElse(Config.DEFAULT_MODEL).equals(of));
        return problem.isPresent() || isUsed || sources.isEmpty()
                ? problem
                : Optional.of("expected a model that looks at a source, got " + YamlObject.quoted(of)
                        + ", which no source names");
    }

    /** Why the two cannot be compared, if they cannot. */
    private static Optional<String> difference(PipelineConfig candidate, PipelineConfig reference, String of) {
        List<String> expected = reference.model().labels();
        List<String> got = candidate.model().labels();
        String same = "expected a model with the labels of " + YamlObject.quoted(of) + ", ";
        if (expected.size() != got.size()) {
            return Optional.of(same + "which has " + expected.size() + ", got one with " + got.size());
        }
        for (int i = 0; i < got.size(); i++) {
            if (!expected.get(i).equals(got.get(i))) {
                return Optional.of(same + "whose class " + i + " is " + YamlObject.quoted(expected.get(i))
                        + ", got one whose class " + i + " is " + YamlObject.quoted(got.get(i)));
            }
        }
        boolean isSame = candidate.threshold() == reference.threshold()
                && candidate.model().equals(reference.model());
        return isSame
                ? Optional.of("expected another model than that of " + YamlObject.quoted(of)
                        + ", or another threshold, got the same file and threshold: they would always agree")
                : Optional.empty();
    }
}
