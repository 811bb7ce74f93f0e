package io.ringsight.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shadows that make no sense: one line each, with its place and what to do. Those of tiles: {@link LookMistakesTest}. */
class ShadowMistakesTest {
    private static final List<String> LABELS = List.of("short", "open");

    @TempDir
    private Path dir;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{share: 0.2} | shadow.model: expected a text, but the key is missing",
                "{model: nobody} | shadow.model: expected a model in models other than \"default\", got \"nobody\"",
                "{model: candidat} | did you mean candidate?",
                "{model: default} | shadow.model: expected a model in models other than \"default\", which it is to be"
                        + " compared with",
                "{model: default, of: used} | which is pipeline.model: name it under models, too",
                "{model: used, of: used} | shadow.model: expected a model in models other than \"used\"",
                "{model: candidate, share: 0} | shadow.share: expected a number from 0.001 to 1, got \"0\"",
                "{model: candidate, share: -0.2} | shadow.share: expected a number from 0.001 to 1, got \"-0.2\"",
                "{model: candidate, share: 20} | shadow.share: expected a number from 0.001 to 1, got \"20\"",
                "{model: candidate, share: 20%} | shadow.share: expected a number from 0.001 to 1, got \"20%\"",
                "{model: candidate, of: nobody} | shadow.of: expected a name in models, got \"nobody\"",
                "{model: candidate, of: unused} | shadow.of: expected a model that looks at a source, got \"unused\"",
                "{model: renamed} | whose class 1 is \"open\", got one whose class 1 is \"spur\"",
                "{model: fewer} | shadow.model: expected a model with the labels of \"default\", which has 2, got one"
                        + " with 1",
                "{model: kinds} | shadow.model: expected a detector, got kinds, a classifier",
                "{model: same} | shadow.model: expected another model than that of \"default\", or another threshold",
                "{model: candidate, shares: 0.2} | shadow.shares: expected one of the keys model, share, of",
                "candidate | shadow: expected keys and values, got",
                "[candidate] | shadow: expected keys and values, got",
            })
    void oneLineEach(String written, String told) throws Exception {
        assertThat(mistakes(written)).singleElement().asString().contains("test.yaml:", told);
    }

    @Test
    void theSameFileWithAnotherThresholdIsAnotherModel() throws Exception {
        Config config = read("{model: stricter}");

        assertThat(config.shadow()).contains(new ShadowConfig("stricter", 0.1, "default"));
        assertThat(config.shadowModel().orElseThrow().threshold()).isEqualTo(0.9f);
        assertThat(config.shadowModel().orElseThrow().backend().lanes()).isEqualTo(1);
        assertThat(config.modelsInUse()).containsOnlyKeys("default", "used");
    }

    private List<String> mistakes(String shadow) throws Exception {
        try {
            read(shadow);
            return List.of();
        } catch (ConfigException e) {
            return e.mistakes();
        }
    }

    private Config read(String shadow) throws Exception {
        for (String name : List.of("main", "candidate", "used", "renamed", "fewer", "kinds")) {
            Files.writeString(dir.resolve(name + ".yaml"), "");
        }
        Path file = Files.writeString(dir.resolve("test.yaml"), """
                pipeline: {model: main.yaml, threshold: 0.5}
                models:
                  candidate: {file: candidate.yaml}
                  used: {file: used.yaml}
                  unused: {file: used.yaml, threshold: 0.1}
                  renamed: {file: renamed.yaml}
                  fewer: {file: fewer.yaml}
                  kinds: {file: kinds.yaml}
                  same: {file: main.yaml, threshold: 0.5}
                  stricter: {file: main.yaml, threshold: 0.9}
                shadow: %s
                sources:
                  - {id: a, uri: "rtsp://h/s"}
                  - {id: b, uri: "rtsp://h/t", model: used}
                sinks: [{jsonl: {path: "-"}}]
                """.formatted(shadow));
        return new ConfigReader(file, Map.of(), dir, ShadowMistakesTest::model).read();
    }

    private static ModelSpec model(Path file) {
        ModelSpec any = FakeBackend.SPEC;
        String name = file.getFileName().toString().replace(".yaml", "");
        List<String> labels = switch (name) {
            case "renamed" -> List.of("short", "spur");
            case "fewer" -> List.of("short");
            default -> LABELS;
        };
        ModelOutput output = name.equals("kinds")
                ? new ModelOutput("output0", ModelOutput.Head.CLASSIFIER, 1, 2, 0.45f)
                : any.output();
        return new ModelSpec(name, "1", any.weights(), any.input(), output, labels, any.threshold(), List.of());
    }
}
