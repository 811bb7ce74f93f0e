package io.ringsight.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.tls.Pem;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.model.ModelSpec;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each key of the schema arrives where it belongs and nowhere else, and what the schema refuses the reader refuses. The
 * keys and their limits come from the schema; a key that does not arrive in the one component of its name is in
 * {@link #arrivals()} by hand.
 */
class ConfiguredValuesTest {
    static final Map<String, String> RTSP = source("rtsp://h/s");
    private static final Map<String, String> RTSPS = source("rtsps://h/s");
    private static final Map<String, String> V4L2 = source("v4l2:/dev/video0");
    private static final String SPEC = "sources[0].spec.";
    private static final String TIMEOUTS = SPEC + "timeouts.";
    private static final String NUMBER = "[0-9]+([.][0-9]+)?(E[0-9]+)?";
    static final String TOKEN = "0123456789abcdef";
    static final String SPOOL = "sinks[0].spec.spool.";

    /**
     * Where a value of a key is to be found in the built configuration.
     *
     * @param key as {@link ConfiguredKey#path()}
     * @param beside the source's other keys, in YAML
     * @param place components of the records from {@link Config} on
     * @param values what to write and what then is there, in turn; without, those of the schema
     */
    record Arrival(String key, Map<String, String> beside, String place, List<String> values) {
        Arrival(String key, Map<String, String> beside, String place, String... values) {
            this(key, beside, place, List.of(values));
        }

        String section() {
            return key.substring(0, key.lastIndexOf('.'));
        }

        String name() {
            return key.substring(key.lastIndexOf('.') + 1);
        }

        @Override
        public String toString() {
            return key + " beside " + beside;
        }
    }

    private static final Map<String, String> ROOTS = Map.of("model", "models.m", "source", "sources[0]");
    private static final Set<String> SECTIONS = Set.of("pipeline", "http", "shadow", "evidence");

    /** The rest of the pipeline is exchanged while it runs. */
    private static final Set<String> TAKES_RESTART = Set.of("ringSize", "stopTimeoutMs");

    @TempDir
    private static Path dir;

    static String certificate() {
        return dir.resolve("server.pem").toString();
    }

    private static String key() {
        return dir.resolve("server.key").toString();
    }

    private static Map<String, String> source(String uri) {
        return Map.of("id", "a", "uri", "'" + uri + "'");
    }

    static Map<String, String> and(Map<String, String> keys, String key, String value) {
        Map<String, String> more = new TreeMap<>(keys);
        more.put(key, value);
        return more;
    }

    static Stream<Arrival> arrivals() throws Exception {
        Files.writeString(dir.resolve("m.yaml"), "");
        Files.writeString(dir.resolve("other.yaml"), "");
        Pem.write(Path.of(certificate()), Path.of(key()));
        List<Arrival> said = Stream.of(
                        ofPipelineAndSources(),
                        ShadowArrivals.all(),
                        AnalysisArrivals.all(),
                        OutputArrivals.all(),
                        ofSinks())
                .flatMap(Function.identity())
                .toList();
        Set<String> known = said.stream().map(Arrival::key).collect(Collectors.toSet());
        List<Arrival> all = new ArrayList<>(said);
        for (ConfiguredKey key : ConfiguredKey.all()) {
            boolean isTried = known.stream().anyMatch(one -> (key.path() + ".").startsWith(one + "."));
            if (!isTried && !key.isSection()) {
                all.add(byItsName(key));
            }
        }
        return all.stream();
    }

    /** Most keys arrive in the component of their own name. */
    private static Arrival byItsName(ConfiguredKey key) throws Exception {
        Arrival anywhere =
                new Arrival(key.path(), RTSP, "", key.allowed().isEmpty() ? List.of("abc", "abc") : List.of());
        String root = SECTIONS.contains(key.kind()) ? key.kind() : ROOTS.getOrDefault(key.kind(), "sinks[0]");
        List<String> places = flat(read(yaml(anywhere, null))).keySet().stream()
                .filter(place -> place.startsWith(root + ".") && place.endsWith("." + key.name()))
                .toList();
        int depth = places.stream().mapToInt(ConfiguredValuesTest::depth).min().orElse(0);
        places = places.stream().filter(place -> depth(place) == depth).toList();
        assertThat(places)
                .as("%s: one component of its name below %s; if there is none, add it to arrivals()", key, root)
                .hasSize(1);
        return new Arrival(key.path(), RTSP, places.get(0), anywhere.values());
    }

    private static int depth(String place) {
        return (int) place.chars().filter(c -> c == '.').count();
    }

    private static Stream<Arrival> ofPipelineAndSources() {
        String other = dir.resolve("other.yaml").toString();
        return Stream.of(
                new Arrival("pipeline.model", RTSP, "pipeline.model.name", other, "other.yaml"),
                new Arrival("pipeline.device", RTSP, "pipeline.backend.device", "cpu", "cpu", "'cuda:3'", "cuda:3"),
                new Arrival("model.file", RTSP, "models.m.model.name", other, "other.yaml"),
                new Arrival("model.device", RTSP, "models.m.backend.device", "cpu", "cpu", "'cuda:3'", "cuda:3"),
                new Arrival("model.threshold", RTSP, "models.m.threshold"),
                new Arrival("pipeline.then", RTSP, "pipeline.then[0].attribute", "[{model: m, attribute: k}]", "k"),
                new Arrival("model.then", RTSP, "models.m.then[0].maxObjects", "[{model: second, maxObjects: 7}]", "7"),
                new Arrival("source.model", RTSP, "sources[0].model", "m", "m"),
                new Arrival("http.bind", RTSP, "http.bind", "'0.0.0.0'", "0.0.0.0"),
                new Arrival("http.auth.viewerToken", RTSP, "http.auth.viewerToken", TOKEN, TOKEN),
                new Arrival("http.auth.operatorToken", RTSP, "http.auth.operatorToken", TOKEN, TOKEN),
                new Arrival("http.auth.metrics", RTSP, "http.auth.metricsOpen", "viewer", "false", "open", "true"),
                new Arrival("http.tls.certFile", RTSP, "http.tls.certificate", certificate(), certificate()),
                new Arrival("http.tls.keyFile", RTSP, "http.tls.key", key(), key()),
                new Arrival("http.hosts", RTSP, "http.hosts[0]", "[cams.example]", "cams.example"),
                new Arrival("source.id", RTSP, "sources[0].id.value", "b", "b"),
                new Arrival("source.name", RTSP, "sources[0].name.value", "'Gate 7'", "Gate 7"),
                new Arrival("source.uri", RTSP, SPEC + "url", "'rtsp://h/other'", "rtsp://h/other"),
                new Arrival("source.username", RTSP, SPEC + "username", "u", "u"),
                new Arrival("source.password", and(RTSP, "username", "u"), SPEC + "password", "p", "p"),
                new Arrival("source.password", source("srt://h:1"), SPEC + "password", "0123456789", "0123456789"),
                new Arrival("source.tlsVerify", RTSPS, SPEC + "tlsVerify"),
                new Arrival("source.caFile", RTSPS, SPEC + "caFile", "ca.pem", "ca.pem"),
                new Arrival("source.videoSize", V4L2, SPEC + "videoSize", "800x600", "800x600"),
                new Arrival("source.framerate", V4L2, SPEC + "framerate", "30000/1001", "30000/1001"),
                new Arrival("source.framerate", source("http://h/a.jpg"), SPEC + "periodNs", "4", "250000000"),
                new Arrival("source.inputFormat", V4L2, SPEC + "inputFormat", "mjpeg", "mjpeg"),
                new Arrival("source.openTimeoutMs", RTSP, TIMEOUTS + "openMs"),
                new Arrival("source.openTimeoutMs", V4L2, TIMEOUTS + "openMs"),
                new Arrival("source.stallTimeoutMs", RTSP, TIMEOUTS + "stallMs"),
                new Arrival("source.stallTimeoutMs", V4L2, TIMEOUTS + "stallMs"),
                new Arrival("source.frozenTimeoutMs", RTSP, TIMEOUTS + "frozenMs"),
                new Arrival("source.frozenTimeoutMs", V4L2, TIMEOUTS + "frozenMs"),
                new Arrival("source.classes", RTSP, "sources[0].classes[0]", "[shade-3]", "shade-3"),
                new Arrival("source.options", RTSP, SPEC + "options.probesize", "{probesize: 77}", "77"));
    }

    private static Stream<Arrival> ofSinks() {
        String spool = dir.resolve("spool").toString();
        return Stream.of(
                new Arrival("kafka.bootstrapServers", RTSP, "sinks[0].spec.bootstrapServers", "'b:2'", "b:2"),
                new Arrival("kafka.topic", RTSP, "sinks[0].spec.topic", "u", "u"),
                new Arrival("kafka.properties", RTSP, "sinks[0].spec.properties.linger.ms", "{linger.ms: 7}", "7"),
                new Arrival("kafka.messages", RTSP, "sinks[0].messages[0]", "[event]", "EVENT"),
                new Arrival("kafka.queueMessages", RTSP, "sinks[0].spec.limits.messages"),
                new Arrival("kafka.queueBytes", RTSP, "sinks[0].spec.limits.bytes"),
                new Arrival("kafka.spool.enabled", RTSP, "sinks[0].spec.spool", "false", "none"),
                new Arrival("kafka.spool.dir", RTSP, SPOOL + "dir", spool, spool + "/t"),
                new Arrival("kafka.spool.maxAgeSeconds", RTSP, SPOOL + "maxAge"),
                new Arrival("webhook.url", RTSP, "sinks[0].spec.url", "'http://a/c'", "http://a/c"),
                new Arrival("webhook.secret", RTSP, "sinks[0].spec.secret", TOKEN, TOKEN),
                new Arrival("webhook.messages", RTSP, "sinks[0].messages[0]", "[event]", "EVENT"),
                new Arrival("webhook.queueMessages", RTSP, "sinks[0].spec.limits.messages"),
                new Arrival("webhook.queueBytes", RTSP, "sinks[0].spec.limits.bytes"),
                new Arrival("webhook.spool", RTSP, SPOOL + "syncMs", "{syncMs: 7}", "7"),
                new Arrival("evidence.dir", RTSP, "evidence.dir", "pictures", "pictures"),
                new Arrival("jsonl.path", RTSP, "sinks[0].spec.path", "'-'", "-"),
                new Arrival("jsonl.messages", RTSP, "sinks[0].messages[0]", "[event]", "EVENT"),
                new Arrival("jsonl.queueMessages", RTSP, "sinks[0].spec.limits.messages"),
                new Arrival("jsonl.queueBytes", RTSP, "sinks[0].spec.limits.bytes"));
    }

    @ParameterizedTest
    @MethodSource("arrivals")
    void aValueArrivesAtItsPlaceAndChangesNothingElse(Arrival arrival) throws Exception {
        Map<String, String> defaults = flat(read(yaml(arrival, null)));
        for (String[] pair : valuesOf(arrival)) {
            Map<String, String> built = flat(read(yaml(arrival, pair[0])));

            assertThat(built.get(arrival.place()))
                    .as("written: %s", pair[0])
                    .satisfies(value -> assertThat(isSame(value, pair[1]))
                            .as("%s is %s", arrival.place(), value)
                            .isTrue());
            assertThat(changed(defaults, built))
                    .as("written: %s", pair[0])
                    .allMatch(place -> place.equals(arrival.place()) || isConsequence(arrival, place));
        }
    }

    @ParameterizedTest
    @MethodSource("arrivals")
    void whatIsJustOutsideTheSchemasRangeIsRefusedWithTheKeysName(Arrival arrival) throws Exception {
        for (String value : key(arrival).refused()) {
            assertThat(mistakes(yaml(arrival, value)))
                    .as("written: %s", value)
                    .singleElement()
                    .asString()
                    .contains(nameInMessages(arrival) + ": expected", value);
        }
    }

    @ParameterizedTest
    @MethodSource("arrivals")
    void anEnvironmentVariableSaysTheSame(Arrival arrival) throws Exception {
        for (String[] pair : valuesOf(arrival)) {
            if (!pair[0].matches("[\\[{].*")) {
                String plain = pair[0].replace("'", "");

                assertThat(flat(reader(yaml(arrival, "'${VALUE}'"), Map.of("VALUE", plain))
                                .read()))
                        .isEqualTo(flat(read(yaml(arrival, pair[0]))));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("arrivals")
    void whatSourcesShareArrivesAsIfEachSaidIt(Arrival arrival) throws Exception {
        if (!arrival.section().equals("source")
                || List.of("id", "name", "uri", "track").contains(arrival.name())) {
            return;
        }
        for (String[] pair : valuesOf(arrival)) {
            String shared = yaml(arrival, null) + "sourceDefaults: {" + arrival.name() + ": " + pair[0] + "}\n";

            assertThat(flat(read(shared))).isEqualTo(flat(read(yaml(arrival, pair[0]))));
        }
    }

    @ParameterizedTest
    @MethodSource("arrivals")
    void aChangeThatTakesARestartIsNamed(Arrival arrival) throws Exception {
        Config defaults = read(yaml(arrival, null));
        String section = arrival.section()
                .replaceFirst("(kafka|jsonl|webhook|mqtt|modbus).*", "sinks")
                .replaceFirst("^source.*", "source")
                .replaceFirst("http.*", "http");
        for (String[] pair : valuesOf(arrival)) {
            Config other = read(yaml(arrival, pair[0]));
            boolean changes = !changed(flat(defaults), flat(other)).isEmpty();

            if (arrival.name().equals("then")) {
                assertThat(defaults.restartFor(other)).containsExactly(nameInMessages(arrival));
            } else if (section.equals("source")) {
                assertThat(other.sources().equals(defaults.sources())).isEqualTo(!changes);
            } else if (section.equals("model")) {
                assertThat(defaults.models().get("m").computesAs(other.models().get("m")))
                        .isEqualTo(!changes);
                assertThat(defaults.restartFor(other)).isEmpty();
            } else if (section.equals("shadow")) {
                assertThat(other.shadow().equals(defaults.shadow())).isEqualTo(!changes);
                assertThat(defaults.restartFor(other)).isEmpty();
            } else if (section.equals("pipeline") && !TAKES_RESTART.contains(arrival.name())) {
                assertThat(defaults.pipeline().computesAs(other.pipeline()))
                        .as("written: %s", pair[0])
                        .isEqualTo(!changes);
                assertThat(defaults.restartFor(other)).isEmpty();
            } else {
                String named = section.equals("pipeline") ? arrival.key() : section;
                assertThat(defaults.restartFor(other))
                        .as("written: %s", pair[0])
                        .isEqualTo(changes ? List.of(named) : List.of());
            }
        }
    }

    private static List<String[]> valuesOf(Arrival arrival) {
        List<String[]> pairs = new ArrayList<>();
        List<String> values = arrival.values();
        for (int i = 0; i < values.size(); i += 2) {
            pairs.add(new String[] {values.get(i), values.get(i + 1)});
        }
        if (values.isEmpty()) {
            key(arrival).allowed().forEach(value -> pairs.add(new String[] {value, value}));
        }
        assertThat(pairs).isNotEmpty();
        return pairs;
    }

    private static boolean isConsequence(Arrival arrival, String place) {
        return switch (arrival.key()) {
            case "source.username" -> place.equals(SPEC + "password");
            case "kafka.topic", "webhook.url", "mqtt.url", "modbus.address", "modbus.unit", "modbus.statusAddress" ->
                place.equals(SPOOL + "dir");
            case "mqtt.topic" -> place.equals(SPOOL + "dir") || place.equals("sinks[0].spec.broker.clientId");
            case "http.tls.certFile", "http.tls.keyFile" -> place.startsWith("http.tls");
            case "kafka.spool.enabled" -> place.startsWith(SPOOL);
            case "source.name", "source.options", "source.classes", "kafka.properties" ->
                arrival.place().startsWith(place);
            case "pipeline.then" -> place.startsWith("pipeline.then");
            case "model.then" -> place.startsWith("models.m.then");
            case "source.lines" -> place.startsWith("sources[0].analysis.lines");
            case "source.parts" -> place.startsWith("sources[0].analysis.parts");
            case "source.calibration" -> place.startsWith("sources[0].analysis.calibration");
            case "kafka.messages", "jsonl.messages", "webhook.messages", "mqtt.messages" ->
                place.startsWith("sinks[0].messages");
            case "source.rules" -> place.startsWith("sources[0].analysis.rules");
            case "source.tiles", "source.regions" -> place.startsWith(AnalysisArrivals.LOOK);
            case "source.zones" -> place.startsWith("sources[0].analysis.zones");
            // what a model does not say itself
            default -> arrival.section().equals("pipeline") && place.startsWith("models.");
        };
    }

    private static ConfiguredKey key(Arrival arrival) {
        return ConfiguredKey.all().stream()
                .filter(key -> key.path().equals(arrival.key()))
                .findFirst()
                .orElseThrow();
    }

    private static String nameInMessages(Arrival arrival) {
        return arrival.key()
                .replaceFirst("^source\\.", "sources[0].")
                .replaceFirst("^model\\.", "models.m.")
                .replaceFirst("^(kafka|jsonl|webhook|mqtt|modbus)\\.", "sinks[0].$1.");
    }

    /** A whole file with the key set, or without it for null. */
    private static String yaml(Arrival arrival, String value) {
        Map<String, Map<String, String>> sections = new TreeMap<>(Map.of(
                "pipeline", new TreeMap<>(Map.of("model", dir.resolve("m.yaml").toString())),
                "model", new TreeMap<>(Map.of("file", dir.resolve("m.yaml").toString(), "threshold", "0.25")),
                "source", new TreeMap<>(arrival.beside()),
                "source.tracking", new TreeMap<>(Map.of("enabled", "false")),
                "kafka", new TreeMap<>(Map.of("bootstrapServers", "'a:1'", "topic", "t")),
                "kafka.spool", new TreeMap<>(),
                "jsonl", new TreeMap<>(Map.of("path", dir.resolve("lines").toString())),
                "webhook", new TreeMap<>(Map.of("url", "'http://a/b'")),
                "http.auth", new TreeMap<>(),
                "http.tls", new TreeMap<>()));
        sections.put("http", new TreeMap<>());
        sections.put("modbus", new TreeMap<>(Map.of("address", "'a:1'", "source", "a")));
        sections.put("mqtt", new TreeMap<>(Map.of("url", "'mqtts://a'", "user", "you")));
        sections.put("shadow", new TreeMap<>(Map.of("model", "t")));
        sections.put("evidence", new TreeMap<>());
        if (value != null) {
            sections.get(arrival.section()).put(arrival.name(), value);
        }
        if (arrival.key().equals("source.decode")) {
            sections.get("pipeline").put("device", "cuda");
        }
        sections.get("source").putIfAbsent("tracking", flow(sections.get("source.tracking")));
        if (arrival.key().equals("http.bind")) {
            sections.get("http.auth").put("metrics", "open");
        }
        if (value != null && arrival.section().equals("http.tls")) {
            sections.get("http.tls").putIfAbsent("certFile", certificate());
            sections.get("http.tls").putIfAbsent("keyFile", key());
        }
        sections.get("http").put("auth", flow(sections.get("http.auth")));
        sections.get("http").put("tls", flow(sections.get("http.tls")));
        sections.get("kafka").put("spool", flow(sections.get("kafka.spool")));
        String sink =
                List.of("jsonl", "webhook", "mqtt", "modbus").contains(arrival.section()) ? arrival.section() : "kafka";
        return (arrival.section().equals("shadow")
                                ? ShadowArrivals.models(dir, flow(sections.get("shadow")))
                                : "models: {m: %s, second: {file: " + dir.resolve("m.yaml") + "}}\nsources: [%s]\n")
                        .formatted(flow(sections.get("model")), flow(sections.get("source")))
                + """
                pipeline: %s
                sinks: [{%s: %s}]
                evidence: %s
                http: %s
                """.formatted(
                                flow(sections.get("pipeline")),
                                sink,
                                flow(sections.get(sink)),
                                flow(sections.get("evidence")),
                                flow(sections.get("http")));
    }

    private static String flow(Map<String, String> keys) {
        return keys.entrySet().stream()
                .map(key -> key.getKey() + ": " + key.getValue())
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static Set<String> changed(Map<String, String> before, Map<String, String> after) {
        Set<String> places = new TreeSet<>(before.keySet());
        places.addAll(after.keySet());
        places.removeIf(place -> Objects.equals(before.get(place), after.get(place)));
        return places;
    }

    private static boolean isSame(String built, String expected) {
        return expected.matches(NUMBER) && built.matches(NUMBER)
                ? new BigDecimal(built).compareTo(new BigDecimal(expected)) == 0
                : built.equalsIgnoreCase(expected);
    }

    /** The leaves of a value by their place; where in the file it stood is left out. */
    private static Map<String, String> flat(Config config) {
        Map<String, String> leaves = new TreeMap<>();
        flatten("", config, leaves);
        return leaves;
    }

    private static void flatten(String place, Object value, Map<String, String> leaves) {
        if (value instanceof Optional<?> optional) {
            flatten(place, optional.isPresent() ? optional.get() : "none", leaves);
        } else if (value instanceof Record && !(value instanceof Place)) {
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                String at = place.isEmpty() ? component.getName() : place + "." + component.getName();
                flatten(at, component(component, value), leaves);
            }
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                flatten(place + "[" + i + "]", list.get(i), leaves);
            }
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, each) -> flatten(place + "." + key, each, leaves));
        } else if (value instanceof Duration duration) {
            leaves.put(place, Long.toString(duration.toSeconds()));
        } else if (!(value instanceof Place)) {
            leaves.put(place, String.valueOf(value));
        }
    }

    private static Object component(RecordComponent component, Object of) {
        try {
            return component.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(component.toString(), e);
        }
    }

    private static Config read(String yaml) throws Exception {
        return reader(yaml, Map.of()).read();
    }

    private static List<String> mistakes(String yaml) throws Exception {
        try {
            read(yaml);
            return List.of();
        } catch (ConfigException e) {
            return e.mistakes();
        }
    }

    private static ConfigReader reader(String yaml, Map<String, String> environment) throws Exception {
        Path file = Files.writeString(dir.resolve("test.yaml"), yaml);
        return new ConfigReader(file, environment, dir, ConfiguredValuesTest::namedAsItsFile);
    }

    private static ModelSpec namedAsItsFile(Path file) {
        ModelSpec fake = FakeBackend.SPEC;
        return new ModelSpec(
                file.getFileName().toString(),
                fake.version(),
                fake.weights(),
                fake.input(),
                fake.output(),
                fake.labels(),
                fake.threshold(),
                fake.otherOutputs());
    }
}
