package io.ringsight.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.PipelineConfig.Then;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelOutput.Head;
import io.ringsight.core.model.ModelSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Second models that make no sense: one line each, with its place and what to do. */
class SecondModelMistakesTest {
    @TempDir
    private Path dir;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "then: kind | :1: pipeline.then: expected a list",
                "then: [] | :1: pipeline.then: expected a list of at least one model, got an empty one",
                "then: [{classes: [shade-7]}] | :1: pipeline.then[0].model: expected",
                "then: [{model: nobody}] | :1: pipeline.then[0].model: expected a name in models, got \"nobody\"; there are kind, other, pair",
                "then: [{model: knd}] | did you mean kind?",
                "then: [{model: default}] | :1: pipeline.then[0].model: expected another model than default itself",
                "then: [{model: pair}] | :1: pipeline.then[0].model: expected a model without a then of its own, got pair, which has kind in it",
                "then: [{model: kind, classes: []}] | :1: pipeline.then[0].classes: expected a list of at least one class",
                "then: [{model: kind, classes: [plate]}] | :1: pipeline.then[0].classes: expected names of the model's classes, got \"plate\"",
                "then: [{model: kind, attribute: 'a b'}] | :1: pipeline.then[0].attribute: expected a name of 1 to 64 letters",
                "then: [{model: kind, attribute: 7th}] | :1: pipeline.then[0].attribute: expected a name of 1 to 64 letters",
                "then: [{model: kind}, {model: kind}] | :1: pipeline.then[1].attribute: expected each attribute once, got \"kind\" again",
                "then: [{model: kind, maxObjects: 0}] | :1: pipeline.then[0].maxObjects: expected a whole number from 1 to 300",
                "then: [{model: kind, maxObjects: 301}] | :1: pipeline.then[0].maxObjects: expected a whole number from 1 to 300",
                "then: [{model: kind, threshold: 0.5}] | :1: pipeline.then[0].threshold: expected one of",
            })
    void oneLineEach(String written, String told) throws Exception {
        assertThat(mistakes("pipeline: {model: M, " + written + "}", "pair: {file: M, then: [{model: kind}]}", ""))
                .singleElement()
                .asString()
                .contains(told);
    }

    /** What parts and rules call by ATTRIBUTE=CLASS is something that a second model of the source says. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[kind=bad] | [] | ",
                "[KIND=bad] | [] | got \"KIND=bad\"; there are kind, plate",
                "[kind=bda] | [] | after kind= expected names of the model's classes, got \"bda\"; did you mean bad?",
                "[other=bad] | [] | ATTRIBUTE=CLASS with an attribute of a second model, got \"other=bad\"; there are kind, plate",
                "[kind=bad] | [shade-3] | expected an attribute of the source's classes, but kind is of shade-7, which are left out",
                "[kind=bad] | [SHADE-7] | ",
                "[plate=shade-1] | [shade-3] | ",
            })
    void whatSecondModelsSayIsCalledByItsName(String names, String classes, String told) throws Exception {
        String pipeline =
                "pipeline: {model: M, then: [{model: kind, classes: [shade-7]}, {model: other, attribute: plate}]}";
        String published = classes.equals("[]") ? "" : ", classes: " + classes;
        for (String where :
                List.of("rules: [{name: r, classes: NAMES}]", "frozenTimeoutMs: 10, parts: {reject: NAMES}")) {
            List<String> mistakes =
                    mistakes(pipeline, "x: {file: M}", published + ", " + where.replace("NAMES", names));
            if (told == null) {
                assertThat(mistakes).isEmpty();
            } else {
                assertThat(mistakes).singleElement().asString().contains(told);
            }
        }
    }

    @Test
    void withoutSecondModelsThereIsNothingToName() throws Exception {
        assertThat(mistakes("pipeline: {model: M}", "x: {file: M}", ", rules: [{name: r, classes: [kind=bad]}]"))
                .singleElement()
                .asString()
                .contains("sources[0].rules[0].classes", "\"kind=bad\"; the source's model has no then");
    }

    @Test
    void aCircleIsTold() throws Exception {
        assertThat(mistakes("pipeline: {model: M}", "a: {file: M, then: [{model: a}]}", ""))
                .singleElement()
                .asString()
                .contains("models.a.then[0].model: expected another model than a itself");
        assertThat(mistakes(
                        "pipeline: {model: M}",
                        "a: {file: M, then: [{model: b}]}, b: {file: M, then: [{model: a}]}",
                        ""))
                .hasSize(2)
                .allMatch(line -> line.contains("this is a circle"));
    }

    @Test
    void moreThanEightModelsAreTold() throws Exception {
        StringBuilder then = new StringBuilder();
        for (int i = 0; i < 9; i++) {
            then.append("{model: kind, attribute: a").append(i).append("}, ");
        }
        assertThat(mistakes("pipeline: {model: M, then: [" + then + "]}", "x: {file: M}", ""))
                .singleElement()
                .asString()
                .contains("pipeline.then: expected at most 8 models, got 9");
    }

    @Test
    void aClassifierFindsNoObjects() throws Exception {
        assertThat(mistakes("pipeline: {model: C}", "x: {file: M}", ""))
                .singleElement()
                .asString()
                .contains("pipeline.model: expected a detector, got sort, a classifier");
        assertThat(mistakes("pipeline: {model: M}", "x: {file: C}", ", model: x"))
                .singleElement()
                .asString()
                .contains("sources[0].model: expected a detector, got x, a classifier");
    }

    @Test
    void whatIsSaidArrives() throws Exception {
        Config config = read(
                "pipeline: {model: M, then: [{model: kind, classes: [shade-7], maxObjects: 3}, {model: other,"
                        + " attribute: plate}]}",
                "x: {file: M}",
                "");
        assertThat(config.pipeline().then())
                .extracting(Then::attribute, Then::classes, Then::maxObjects)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("kind", List.of("shade-7"), 3),
                        org.assertj.core.groups.Tuple.tuple("plate", List.of(), 16));
        assertThat(config.secondsInUse()).containsOnlyKeys("default/kind", "default/plate");
        Config without = read("pipeline: {model: M}", "x: {file: M}", "");
        assertThat(config.restartFor(without)).containsExactly("pipeline.then");
        assertThat(config.pipeline().computesAs(without.pipeline())).isTrue();
    }

    private List<String> mistakes(String pipeline, String models, String source) throws Exception {
        try {
            read(pipeline, models, source);
            return List.of();
        } catch (ConfigException e) {
            return e.mistakes();
        }
    }

    private Config read(String pipeline, String models, String source) throws Exception {
        Path detector = Files.writeString(dir.resolve("m.yaml"), "");
        Path classifier = Files.writeString(dir.resolve("c.yaml"), "");
        String text = """
                %s
                models: {kind: {file: C}, other: {file: M}, %s}
                sinks: [{jsonl: {path: "-"}}]
                sources:
                  - {id: a, uri: "rtsp://h/s"%s}
                """.formatted(pipeline, models, source)
                .replaceAll("\\bM\\b", detector.toString())
                .replaceAll("\\bC\\b", classifier.toString());
        Path file = Files.writeString(dir.resolve("test.yaml"), text);
        return new ConfigReader(file, Map.of(), dir, path -> path.equals(classifier) ? CLASSIFIER : FakeBackend.SPEC)
                .read();
    }

    private static final ModelSpec CLASSIFIER = new ModelSpec(
            "sort",
            "1",
            FakeBackend.SPEC.weights(),
            FakeBackend.SPEC.input(),
            new ModelOutput("output0", Head.CLASSIFIER, 1, 2, 0.45f),
            List.of("good", "bad"),
            0.5f,
            List.of());
}
