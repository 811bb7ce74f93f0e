package io.ringsight.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.sources.spec.SourceSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** {@code conf/pipeline.yaml}, its schema and the parser say the same. */
class ConfigReferenceTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final Path REFERENCE = ROOT.resolve("conf/pipeline.yaml");
    private static final Path SCHEMA = ROOT.resolve("conf/schema/pipeline.schema.json");
    private static final Pattern KNOWN = Pattern.compile("([^ ]+): expected one of the keys (.*), got \"bogus\"");

    private static final List<String> HTTP_PARTS = List.of("auth", "tls");

    @TempDir
    private Path dir;

    @Test
    void referenceEqualsTheDefaults() throws Exception {
        Config reference = read(reference());
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
        Config all = read(switchedOn());

        assertThat(all.sources()).extracting(source -> source.id().value()).contains("gate", "yard", "bench", "replay");
        assertThat(source(all, "gate")).isEqualTo(SourceSpec.parse("rtsp://10.0.0.7:554/stream"));
        SourceSpec.Rtsp yard = (SourceSpec.Rtsp) source(all, "yard");
        SourceSpec.Rtsp plain = (SourceSpec.Rtsp) SourceSpec.parse("rtsps://10.0.0.8/stream");
        assertThat(yard.tlsVerify()).isEqualTo(plain.tlsVerify());
        assertThat(source(all, "bench")).isInstanceOf(SourceSpec.V4l2.class);
        assertThat(source(all, "replay")).isEqualTo(SourceSpec.parse("file:clip.mp4"));
    }

    @Test
    void referenceSchemaAndParserKnowTheSameKeys() throws Exception {
        Map<String, TreeSet<String>> parser = keysOfParser();

        assertThat(keysOfReference()).isEqualTo(parser);
        assertThat(keysOfSchema()).isEqualTo(parser);
    }

    @Test
    void schemaAcceptsTheReferenceAndRefusesAMistake() throws Exception {
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(SCHEMA));

        assertThat(schema.validate(reference(), InputFormat.YAML)).isEmpty();
        assertThat(schema.validate(switchedOn(), InputFormat.YAML)).isEmpty();
        assertThat(schema.validate(reference().replace("maxBatch: 1", "maxBatch: many"), InputFormat.YAML))
                .isNotEmpty();
        assertThat(schema.validate(reference().replace("maxBatch: 1", "maxBach: 1"), InputFormat.YAML))
                .isNotEmpty();
    }

    @Test
    void schemaNamesTheDefaultsOfTheReference() throws Exception {
        Map<?, ?> reference = (Map<?, ?>) load(switchedOn());
        Map<?, ?> definitions = (Map<?, ?>) ((Map<?, ?>) load(Files.readString(SCHEMA))).get("$defs");

        List<?> sources = (List<?>) reference.get("sources");
        for (Object source : sources) {
            assertDefaults((Map<?, ?>) source, (Map<?, ?>) definitions.get("source"), definitions);
        }
        List<?> sinks = (List<?>) reference.get("sinks");
        for (Object sink : sinks) {
            Map.Entry<?, ?> entry = ((Map<?, ?>) sink).entrySet().iterator().next();
            assertDefaults((Map<?, ?>) entry.getValue(), (Map<?, ?>) definitions.get(entry.getKey()), definitions);
        }
        Map<?, ?> kafka = (Map<?, ?>) ((Map<?, ?>) sinks.get(0)).get("kafka");
        assertDefaults((Map<?, ?>) kafka.get("spool"), spoolOf(definitions), definitions);
        Map<?, ?> top = (Map<?, ?>) ((Map<?, ?>) load(Files.readString(SCHEMA))).get("properties");
        for (String section : List.of("pipeline", "http", "shadow")) {
            assertDefaults((Map<?, ?>) reference.get(section), (Map<?, ?>) top.get(section), definitions);
        }
        Map<?, ?> http = (Map<?, ?>) ((Map<?, ?>) top.get("http")).get("properties");
        for (String part : HTTP_PARTS) {
            Map<?, ?> shown = (Map<?, ?>) ((Map<?, ?>) reference.get("http")).get(part);
            assertDefaults(shown, (Map<?, ?>) http.get(part), definitions);
        }
    }

    private static void assertDefaults(Map<?, ?> values, Map<?, ?> schema, Map<?, ?> definitions) {
        Map<?, ?> properties = (Map<?, ?>) schema.get("properties");
        values.forEach((key, value) -> {
            Map<?, ?> property = (Map<?, ?>) properties.get(key);
            Object reference = property.get("$ref");
            if (reference != null && !property.containsKey("default")) {
                property = (Map<?, ?>) definitions.get(reference.toString().replaceFirst(".*/", ""));
            }
            if (property.containsKey("default")) {
                assertThat(value).as("%s", key).isEqualTo(property.get("default"));
            }
        });
    }

    /** Each section with a key nobody knows: the complaint lists the keys that are known. */
    private Map<String, TreeSet<String>> keysOfParser() throws Exception {
        String yaml = """
                bogus: 1
                pipeline: {model: conf/models/pcb-defect.yaml, bogus: 1, then: [{model: m, bogus: 1}]}
                models: {m: {file: conf/models/pcb-defect.yaml, bogus: 1, threshold: 0.9}}
                shadow: {model: m, bogus: 1}
                sourceDefaults: {bogusToo: 1}
                sources: [{id: a, uri: "synthetic:pcb", bogus: 1, tracking: {bogus: 1},
                    zones: [{name: a, polygon: "0,0 1,0 1,1", bogus: 1}], regions: {bogus: 1},
                    lines: [{name: a, from: "0,0", to: "1,1", bogus: 1}],
                    rules: [{name: a, bogus: 1}],
                    calibration: [{at: "0,0", metres: "0,0", bogus: 1}],
                    parts: {bogus: 1, window: {bogus: 1}, recipe: {bogus: 1},
                        panel: [{name: a, polygon: "0,0 1,0 1,1", bogus: 1}]}}]
                sinks:
                  - kafka: {bootstrapServers: "a:1", topic: b, bogus: 1, spool: {bogus: 1}}
                  - jsonl: {path: "-", bogus: 1}
                  - webhook: {url: "http://a/b", bogus: 1, spool: {bogus: 1}}
                  - mqtt: {url: "mqtt://a", bogus: 1, spool: {bogus: 1}}
                  - modbus: {address: a, source: a, bogus: 1, spool: {bogus: 1}}
                http: {bogus: 1, auth: {bogus: 1}, tls: {bogus: 1}}
                """;
        Map<String, TreeSet<String>> keys = new TreeMap<>();
        for (String mistake : mistakes(yaml)) {
            Matcher matcher = KNOWN.matcher(mistake);
            if (mistake.contains("expected at least one class in rework or reject")
                    || mistake.contains("expected 4 to 100 points")) {
                // not about its keys
                continue;
            }
            if (mistake.contains("sourceDefaults.bogusToo")) {
                // a source's keys
                continue;
            }
            assertThat(matcher.find()).as(mistake).isTrue();
            String section = matcher.group(1)
                    .replaceAll("\\[.]|\\.m(?=\\.)|\\.?bogus$|.*\\.(?=kafka|jsonl|webhook|mqtt|modbus)", "");
            keys.put(section, new TreeSet<>(Arrays.asList(matcher.group(2).split(", "))));
        }
        return keys;
    }

    private static Map<String, TreeSet<String>> keysOfReference() throws Exception {
        Map<?, ?> top = (Map<?, ?>) load(switchedOn());
        Map<String, TreeSet<String>> keys = new TreeMap<>();
        keys.put("", names(top));
        keys.put("pipeline", names((Map<?, ?>) top.get("pipeline")));
        List<?> then = (List<?>) ((Map<?, ?>) top.get("pipeline")).get("then");
        keys.put("pipeline.then", names((Map<?, ?>) then.get(0)));
        Map<?, ?> http = (Map<?, ?>) top.get("http");
        keys.put("http", names(http));
        keys.put("shadow", names((Map<?, ?>) top.get("shadow")));
        HTTP_PARTS.forEach(part -> keys.put("http." + part, names((Map<?, ?>) http.get(part))));
        ((Map<?, ?>) top.get("models")).values().forEach(model -> keys.put("models", names((Map<?, ?>) model)));
        TreeSet<String> source = new TreeSet<>();
        ((List<?>) top.get("sources")).forEach(entry -> source.addAll(names((Map<?, ?>) entry)));
        keys.put("sources", source);
        for (Object entry : (List<?>) top.get("sources")) {
            if (((Map<?, ?>) entry).get("tracking") instanceof Map<?, ?> tracking) {
                keys.put("sources.tracking", names(tracking));
            }
            if (((Map<?, ?>) entry).get("regions") instanceof Map<?, ?> regions) {
                keys.put("sources.regions", names(regions));
            }
            if (((Map<?, ?>) entry).get("zones") instanceof List<?> zones) {
                keys.put("sources.zones", names((Map<?, ?>) zones.get(0)));
            }
            if (((Map<?, ?>) entry).get("lines") instanceof List<?> lines) {
                keys.put("sources.lines", names((Map<?, ?>) lines.get(0)));
            }
            if (((Map<?, ?>) entry).get("calibration") instanceof List<?> points) {
                keys.put("sources.calibration", names((Map<?, ?>) points.get(0)));
            }
            if (((Map<?, ?>) entry).get("rules") instanceof List<?> rules) {
                keys.put("sources.rules", names((Map<?, ?>) rules.get(0)));
            }
        }
        keys.putAll(partsOfReference((List<?>) top.get("sources")));
        for (Object sink : (List<?>) top.get("sinks")) {
            Map.Entry<?, ?> entry = ((Map<?, ?>) sink).entrySet().iterator().next();
            keys.put(entry.getKey().toString(), names((Map<?, ?>) entry.getValue()));
            if (((Map<?, ?>) entry.getValue()).get("spool") instanceof Map<?, ?> spool) {
                keys.put(entry.getKey() + ".spool", names(spool));
            }
        }
        return keys;
    }

    private static Map<String, TreeSet<String>> partsOfReference(List<?> sources) {
        Map<String, TreeSet<String>> keys = new TreeMap<>();
        for (Object entry : sources) {
            if (((Map<?, ?>) entry).get("parts") instanceof Map<?, ?> parts) {
                keys.put("sources.parts", names(parts));
                keys.put("sources.parts.window", names((Map<?, ?>) parts.get("window")));
                keys.put("sources.parts.recipe", names((Map<?, ?>) parts.get("recipe")));
                keys.put("sources.parts.panel", names((Map<?, ?>) ((List<?>) parts.get("panel")).get(0)));
            }
        }
        return keys;
    }

    private static Map<String, TreeSet<String>> keysOfSchema() throws Exception {
        Map<?, ?> schema = (Map<?, ?>) load(Files.readString(SCHEMA));
        Map<?, ?> top = (Map<?, ?>) schema.get("properties");
        Map<?, ?> definitions = (Map<?, ?>) schema.get("$defs");
        Map<String, TreeSet<String>> keys = new TreeMap<>();
        keys.put("", names(top));
        for (String section : List.of("pipeline", "http", "shadow")) {
            keys.put(section, names((Map<?, ?>) ((Map<?, ?>) top.get(section)).get("properties")));
        }
        Map<?, ?> http = (Map<?, ?>) ((Map<?, ?>) top.get("http")).get("properties");
        HTTP_PARTS.forEach(part ->
                keys.put("http." + part, names((Map<?, ?>) ((Map<?, ?>) http.get(part)).get("properties"))));
        keys.put("models", names((Map<?, ?>) ((Map<?, ?>) definitions.get("model")).get("properties")));
        keys.put("pipeline.then", names((Map<?, ?>) ((Map<?, ?>) definitions.get("then")).get("properties")));
        keys.put("sources", names((Map<?, ?>) ((Map<?, ?>) definitions.get("source")).get("properties")));
        Map<?, ?> source = (Map<?, ?>) ((Map<?, ?>) definitions.get("source")).get("properties");
        keys.put("sources.tracking", names((Map<?, ?>) ((Map<?, ?>) source.get("tracking")).get("properties")));
        keys.put("sources.regions", names((Map<?, ?>) ((Map<?, ?>) definitions.get("regions")).get("properties")));
        keys.put("sources.zones", names((Map<?, ?>) ((Map<?, ?>) definitions.get("zone")).get("properties")));
        keys.put("sources.lines", names((Map<?, ?>) ((Map<?, ?>) definitions.get("line")).get("properties")));
        Map.of("parts", "parts", "parts.window", "window", "parts.recipe", "recipe", "parts.panel", "board")
                .forEach((key, definition) -> keys.put("sources." + key, names((Map<?, ?>)
                        ((Map<?, ?>) definitions.get(definition)).get("properties"))));
        keys.put("sources.calibration", names((Map<?, ?>)
                ((Map<?, ?>) definitions.get("calibrationPoint")).get("properties")));
        keys.put("sources.rules", names((Map<?, ?>) ((Map<?, ?>) definitions.get("rule")).get("properties")));
        keys.put("webhook.spool", names((Map<?, ?>) ((Map<?, ?>) definitions.get("spool")).get("properties")));
        keys.put("mqtt.spool", keys.get("webhook.spool"));
        keys.put("modbus.spool", keys.get("webhook.spool"));
        for (String sink : List.of("kafka", "jsonl", "webhook", "mqtt", "modbus")) {
            keys.put(sink, names((Map<?, ?>) ((Map<?, ?>) definitions.get(sink)).get("properties")));
        }
        keys.put("kafka.spool", names((Map<?, ?>) spoolOf(definitions).get("properties")));
        return keys;
    }

    private static Map<?, ?> spoolOf(Map<?, ?> definitions) {
        Map<?, ?> kafka = (Map<?, ?>) ((Map<?, ?>) definitions.get("kafka")).get("properties");
        return (Map<?, ?>) kafka.get("spool");
    }

    private static TreeSet<String> names(Map<?, ?> map) {
        return map.keySet().stream().map(Object::toString).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Object load(String yaml) {
        return new Load(LoadSettings.builder().build()).loadFromString(yaml);
    }

    private static SourceSpec source(Config config, String id) {
        return config.sources().stream()
                .filter(source -> source.id().value().equals(id))
                .findFirst()
                .orElseThrow()
                .spec();
    }

    private static String reference() throws Exception {
        return Files.readString(REFERENCE);
    }

    /** With the lines that begin with "#" and two spaces taken in. */
    private static String switchedOn() throws Exception {
        return reference().replaceAll("(?m)^#(?=  )", "");
    }

    private Config read(String yaml) throws Exception {
        return reader(yaml).read();
    }

    private List<String> mistakes(String yaml) throws Exception {
        try {
            reader(yaml).read();
        } catch (ConfigException e) {
            return e.mistakes();
        }
        return List.of();
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
