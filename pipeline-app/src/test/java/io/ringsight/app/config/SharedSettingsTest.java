package io.ringsight.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sources.spec.SourceSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What many sources share, and what does not stand in the file itself. */
class SharedSettingsTest {
    private static final String HEAD = "pipeline: {model: m.yaml}\nsinks: [{jsonl: {path: \"-\"}}]\n";

    @TempDir
    private Path dir;

    private Config read(String yaml, Map<String, String> environment) throws Exception {
        Files.writeString(dir.resolve("m.yaml"), "");
        Path file = Files.writeString(dir.resolve("test.yaml"), yaml);
        return new ConfigReader(file, environment, dir, path -> FakeBackend.SPEC).read();
    }

    private List<String> mistakes(String yaml, Map<String, String> environment) throws Exception {
        try {
            read(yaml, environment);
        } catch (ConfigException e) {
            return e.mistakes();
        }
        return List.of();
    }

    private static String cameras(int count, String keys) {
        StringBuilder yaml = new StringBuilder("sources:\n");
        for (int i = 0; i < count; i++) {
            yaml.append("  - {id: cam" + i + ", uri: \"rtsp://10.0.0." + i + "/s\"" + keys + "}\n");
        }
        return yaml.toString();
    }

    @Test
    void aHundredCamerasMayShareAnAnchor() throws Exception {
        String yaml = HEAD + "x-options: &shared {rtsp_flags: prefer_tcp}\n" + cameras(100, ", options: *shared");
        Config config = read(yaml, Map.of());
        assertThat(config.sources()).hasSize(100);
        assertThat(((SourceSpec.Rtsp) config.sources().get(99).spec()).options())
                .containsKey("rtsp_flags");
    }

    @Test
    void mergeKeysAreTakenInAndWhatTheSourceSaysWins() throws Exception {
        String yaml = HEAD + """
                x-slow: &slow {maxFps: 5, deadlineMs: 100}
                x-fast: &fast {maxFps: 50, credits: 4}
                sources:
                  - &first {id: a, uri: "rtsp://h/s", maxFps: 7}
                  - {<<: *first, id: b}
                  - {<<: [*slow, *fast], id: c, uri: "rtsp://h/c"}
                """;
        Config config = read(yaml, Map.of());
        assertThat(config.sources())
                .extracting(source -> source.flow().maxFps())
                .containsExactly(7.0, 7.0, 5.0);
        assertThat(config.sources().get(2).flow().credits()).contains(4);
        assertThat(config.sources().get(2).flow().deadlineMs()).isEqualTo(100);
    }

    @Test
    void wrongMergesAreNamedWithTheirLine() throws Exception {
        String yaml = HEAD + """
                sources:
                  - {<<: 5, id: a, uri: "rtsp://h/s"}
                """;
        assertThat(mistakes(yaml, Map.of()))
                .singleElement()
                .asString()
                .contains("test.yaml:4: sources[0].<<: expected keys and values to take in, got \"5\"");
    }

    @Test
    void sourceDefaultsHoldWhereTheSourceSaysNothing() throws Exception {
        String yaml = HEAD + """
                sourceDefaults: {maxFps: 10, transport: tcp, username: u, password: "${PW}", decode: cpu}
                sources:
                  - {id: a, uri: "rtsp://h/s"}
                  - {id: b, uri: "rtsp://h/s", maxFps: 0, transport: udp}
                  - {id: c, uri: "synthetic:pcb"}
                """;
        Config config = read(yaml, Map.of("PW", "x"));
        assertThat(config.sources())
                .extracting(source -> source.flow().maxFps())
                .containsExactly(10.0, 0.0, 10.0);
        SourceSpec.Rtsp first = (SourceSpec.Rtsp) config.sources().get(0).spec();
        assertThat(first).isEqualTo(read(HEAD + """
                sources: [{id: a, uri: "rtsp://h/s", transport: tcp, username: u, password: x}]
                """, Map.of()).sources().get(0).spec());
    }

    @Test
    void mistakesInSourceDefaultsAreToldOnceAndWhereTheyStand() throws Exception {
        String yaml =
                HEAD + "sourceDefaults:\n  maxFps: fast\n  maxfps: 3\n  uri: rtsp://h/s\n  track: 2\n  name: all\n"
                        + cameras(25, "");
        assertThat(mistakes(yaml, Map.of()))
                .hasSize(5)
                .anySatisfy(line -> assertThat(line).contains("test.yaml:8: sourceDefaults.name: expected a key that"))
                .anySatisfy(line -> assertThat(line).contains("test.yaml:4: sourceDefaults.maxFps: expected a number"))
                .anySatisfy(line -> assertThat(line).contains("test.yaml:5: sourceDefaults.maxfps: expected one of"))
                .anySatisfy(line -> assertThat(line).contains("test.yaml:6: sourceDefaults.uri: expected a key that"))
                .anySatisfy(
                        line -> assertThat(line).contains("test.yaml:7: sourceDefaults.track: expected a key that"));
    }

    @Test
    void aliasesThatExplodeOrHoldThemselvesAreRefusedAtOnce() throws Exception {
        StringBuilder bomb = new StringBuilder(HEAD + "x-0: &a0 [1, 2]\n");
        for (int i = 1; i < 40; i++) {
            bomb.append("x-" + i + ": &a" + i + " [*a" + (i - 1) + ", *a" + (i - 1) + ", *a" + (i - 1) + "]\n");
        }
        String merging = HEAD + "x-a: &a\n  <<: *a\n  b: 1\n";
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            assertThat(mistakes(bomb + cameras(1, ""), Map.of()))
                    .singleElement()
                    .asString()
                    .contains("expected at most 50000 values with all aliases followed");
            assertThat(mistakes(merging + cameras(1, ""), Map.of()))
                    .singleElement()
                    .asString()
                    .contains("yaml");
        });
    }

    @Test
    void aSecretComesFromAFileWithoutTheNewlineAtItsEnd() throws Exception {
        Path secret = Files.writeString(dir.resolve("secret"), "p$w${HOME}\"\\x\r\n");
        String yaml = HEAD + "sources: [{id: a, uri: 'rtsp://h/s', username: u, password: '${file:" + secret + "}'}]\n";
        Config config = read(yaml, Map.of());
        String plain = HEAD + "sources: [{id: a, uri: 'rtsp://h/s', username: u, password: '${PW}'}]\n";
        assertThat(config.sources().get(0).spec())
                .isEqualTo(read(plain, Map.of("PW", "p$w${HOME}\"\\x"))
                        .sources()
                        .get(0)
                        .spec());
    }

    @Test
    void aSecretThatCannotBeReadIsNamedWithItsLineAndWithoutItsText() throws Exception {
        Files.write(dir.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 'h', 'u', 'n', 't', 'e', 'r'});
        Files.writeString(dir.resolve("large"), "x".repeat(70_000));
        for (Map.Entry<String, String> wrong : Map.of(
                        "absent", "there is no such file",
                        ".", "it is no ordinary file",
                        "binary", "it holds other bytes",
                        "large", "it cannot be read or is larger")
                .entrySet()) {
            String yaml = HEAD + "sources: [{id: a, uri: 'rtsp://h/s', username: u, password: '${file:"
                    + dir.resolve(wrong.getKey()) + "}'}]\n";
            assertThat(mistakes(yaml, Map.of()))
                    .singleElement()
                    .asString()
                    .contains("test.yaml:3: sources[0].password: expected a file of at most 65536 bytes in UTF-8")
                    .endsWith(wrong.getValue())
                    .doesNotContain("hunter");
        }
    }

    @Test
    void whatAVariableHoldsComesOutOfJaasAsItIs() throws Exception {
        String yaml = """
                pipeline: {model: m.yaml}
                sources: [{id: a, uri: "synthetic:pcb"}]
                sinks:
                  - kafka:
                      bootstrapServers: a:1
                      topic: t
                      properties:
                        security.protocol: SASL_PLAINTEXT
                        sasl.mechanism: PLAIN
                        sasl.jaas.config: 'org.apache.kafka.common.security.plain.PlainLoginModule required
                          username="u" password=QUOTE${PW}QUOTE;'
                """;
        for (String password : OddPasswords.ALL) {
            for (String quote : List.of("\"", "")) {
                Config config = read(yaml.replace("QUOTE", quote), Map.of("PW", password));
                KafkaSinkSpec spec = (KafkaSinkSpec) config.sinks().get(0).spec();
                assertThat(OddPasswords.inJaas(spec.properties().get("sasl.jaas.config")))
                        .isEqualTo(password);
            }
        }
        Map<String, String> whole = Map.of(
                "J",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                        + " username=\"u\" password=\"a\\\"b\";");
        Config config = read(yaml.replaceAll("(?s)'org.*;'", "\\${J}"), whole);
        assertThat(OddPasswords.inJaas(((KafkaSinkSpec) config.sinks().get(0).spec())
                        .properties()
                        .get("sasl.jaas.config")))
                .isEqualTo("a\"b");
    }
}
