package io.ringsight.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.ringsight.app.config.yaml.KeyForm;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.sources.spec.SourceSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** {@code conf/pipeline.yaml}, its schema and the parser say the same. */
class ConfigReferenceTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final Path SCHEMA = ROOT.resolve("conf/schema/pipeline.schema.json");

    @TempDir
    private Path dir;

    @Test
    void referenceEqualsTheDefaults() throws Exception {
        Config reference = read(ReferenceFile.text());
        Config shortest = read("""
                pipeline: {model: conf/models/pcb-defect.yaml}
                sources: [{id: line1, uri: "synthetic:pcb"}]
                sinks:
                  - kafka: {bootstrapServers: "localhost:9092", topic: ringsight.detections}
                  - jsonl: {path: out/detections.jsonl}
                http: {}
                """);

        assertThat(reference)
                .usingRecursiveComparison()
                .ignoringFieldsOfTypes(Place.class)
                .isEqualTo(shortest);
    }

    @Test
    void switchedOffKeysShowTheirDefaultsToo() throws Exception {
        Config all = read(ReferenceFile.switchedOn());

        assertThat(all.sources()).extracting(source -> source.id().value()).contains("gate", "yard", "bench", "replay");
        assertThat(source(all, "gate")).isEqualTo(SourceSpec.parse("rtsp://10.0.0.7:554/stream"));
        SourceSpec.Rtsp yard = (SourceSpec.Rtsp) source(all, "yard");
        SourceSpec.Rtsp plain = (SourceSpec.Rtsp) SourceSpec.parse("rtsps://10.0.0.8/stream");
        assertThat(yard.tlsVerify()).isEqualTo(plain.tlsVerify());
        assertThat(source(all, "bench")).isInstanceOf(SourceSpec.V4l2.class);
        assertThat(source(all, "replay")).isEqualTo(SourceSpec.parse("file:clip.mp4"));
    }

    /** By what reads the reference: a key that a reader asks for and the reference does not show is red here. */
    @Test
    void referenceShowsAndExplainsEveryKeyThatIsRead() throws Exception {
        ReferenceFile file = new ReferenceFile();
        Set<String> keys = keys().keySet();

        assertThat(keys).hasSizeGreaterThan(100);
        assertThat(file.values().keySet())
                .as("conf/pipeline.yaml shows each key, those that are off behind \"#  \"")
                .containsAll(keys);
        assertThat(file.sentences().keySet())
                .as("conf/pipeline.yaml has a comment above each key, or above one of its name")
                .containsAll(keys);
    }

    @Test
    void schemaIsMadeOfTheKeysAndTheirComments() throws Exception {
        String schema = new KeySchema(keys(), new ReferenceFile().sentences()).text();
        if (Boolean.getBoolean("ringsight.write")) {
            Files.writeString(SCHEMA, schema);
        }

        assertThat(Files.readString(SCHEMA))
                .as("conf/schema/pipeline.schema.json is written by scripts/schema")
                .isEqualTo(schema);
    }

    @Test
    void schemaAcceptsTheReferenceAndRefusesAMistake() throws Exception {
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(SCHEMA));

        assertThat(schema.validate(ReferenceFile.text(), InputFormat.YAML)).isEmpty();
        assertThat(schema.validate(ReferenceFile.switchedOn(), InputFormat.YAML))
                .isEmpty();
        assertThat(schema.validate(ReferenceFile.text().replace("maxBatch: 1", "maxBatch: many"), InputFormat.YAML))
                .isNotEmpty();
        assertThat(schema.validate(ReferenceFile.text().replace("maxBatch: 1", "maxBach: 1"), InputFormat.YAML))
                .isNotEmpty();
    }

    /** In a list within a list there are examples. */
    @Test
    void referenceShowsTheDefaultsOfTheReaders() throws Exception {
        ReferenceFile file = new ReferenceFile();

        keys().forEach((key, form) -> {
            if (form.otherwise() != null && key.indexOf("[]") == key.lastIndexOf("[]")) {
                assertThat(file.values().get(key))
                        .as(key)
                        .extracting(ScalarNode::getValue)
                        .filteredOn(value -> !value.startsWith("${"))
                        .allSatisfy(value -> assertThat(value).isEqualTo(text(form.otherwise())));
            }
        });
    }

    private static String text(Object value) {
        return value instanceof Double number && number == Math.rint(number)
                ? Long.toString(number.longValue())
                : value.toString();
    }

    private Map<String, KeyForm> keys() throws Exception {
        ConfigReader reader = reader(ReferenceFile.switchedOn());
        reader.read();
        return reader.keys();
    }

    private static SourceSpec source(Config config, String id) {
        return config.sources().stream()
                .filter(source -> source.id().value().equals(id))
                .findFirst()
                .orElseThrow()
                .spec();
    }

    private Config read(String yaml) throws Exception {
        return reader(yaml).read();
    }

    private ConfigReader reader(String yaml) throws Exception {
        Path file = Files.writeString(dir.resolve("test.yaml"), yaml);
        Path model = dir.resolve("conf/models/pcb-defect.yaml");
        Files.createDirectories(model.getParent());
        Files.writeString(model, "");
        return new ConfigReader(file, Map.of(), ROOT, ConfigReferenceTest::withClassesOfTheReference);
    }

    private static ModelSpec withClassesOfTheReference(Path file) {
        ModelSpec fake = FakeBackend.SPEC;
        return new ModelSpec(
                file.getFileName().toString(),
                fake.version(),
                fake.weights(),
                fake.input(),
                fake.output(),
                List.of("short", "spur"),
                fake.threshold(),
                List.of());
    }
}
