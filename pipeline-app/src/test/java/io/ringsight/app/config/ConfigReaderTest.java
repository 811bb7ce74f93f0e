package io.ringsight.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.infer.FakeBackend;
import io.ringsight.sources.spec.SourceSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {
    @TempDir
    private Path dir;

    private Path home;
    private Path beside;
    private final List<Path> modelsRead = new ArrayList<>();

    @BeforeEach
    void directories() throws Exception {
        home = Files.createDirectories(dir.resolve("home"));
        beside = Files.createDirectories(dir.resolve("etc"));
    }

    @Test
    void findsAModelBesideTheFileAndInRingsightsDirectory() throws Exception {
        Files.writeString(home.resolve("only-in-home.onnx"), "");
        Files.writeString(beside.resolve("beside.onnx"), "");
        Files.writeString(home.resolve("beside.onnx"), "");

        read(withModel("beside.onnx"), Map.of());
        read(withModel("only-in-home.onnx"), Map.of());
        read(withModel(home.resolve("only-in-home.onnx").toString()), Map.of());

        assertThat(modelsRead)
                .containsExactly(
                        beside.resolve("beside.onnx"),
                        home.resolve("only-in-home.onnx"),
                        home.resolve("only-in-home.onnx"));
    }

    @Test
    void putsEnvironmentVariablesIntoValuesOfEveryType() throws Exception {
        Files.writeString(beside.resolve("m.onnx"), "");
        Config config = read(
                """
                pipeline:
                  model: ${MODEL}
                  maxBatch: ${BATCH}
                  threshold: "${THRESHOLD:-0.5}"
                sources:
                  - {id: "cam-${N}", uri: "rtsp://${HOST}/a", username: "${USER_A:-}", password: "${PASS_A:-}"}
                  - {id: b, uri: "rtsp://host/$${x}", username: me, password: "${PASS}", tlsVerify: ~}
                sinks: [{jsonl: {path: "-", queueMessages: "${QUEUE}"}}]
                """,
                Map.of(
                        "MODEL",
                        "m.onnx",
                        "BATCH",
                        "4",
                        "N",
                        "7",
                        "HOST",
                        "10.0.0.7:554",
                        "PASS",
                        "p${q}: #x",
                        "QUEUE",
                        "5"));

        assertThat(config.pipeline().backend().maxBatch()).isEqualTo(4);
        assertThat(config.pipeline().threshold()).isEqualTo(0.5f);
        assertThat(config.sources().get(0).id().value()).isEqualTo("cam-7");
        assertThat(config.sources().get(0).spec()).isEqualTo(SourceSpec.parse("rtsp://10.0.0.7:554/a"));
        SourceSpec.Rtsp second = (SourceSpec.Rtsp) config.sources().get(1).spec();
        assertThat(second.url()).isEqualTo("rtsp://host/${x}");
        assertThat(second.password()).isEqualTo("p${q}: #x");
        SinkConfig sink = config.sinks().get(0);
        assertThat(sink.spec().limits().messages()).isEqualTo(5);
    }

    @Test
    void takesNumbersForTextAndKeepsTheirDigits() throws Exception {
        Files.writeString(beside.resolve("m.onnx"), "");
        Config config = read("""
                pipeline: {model: m.onnx}
                sources: [{id: 007, uri: "rtsp://host/a", username: 12, password: 0012.50}]
                sinks: [{jsonl: {path: "-"}}]
                """, Map.of());

        assertThat(config.sources().get(0).id().value()).isEqualTo("007");
        assertThat(((SourceSpec.Rtsp) config.sources().get(0).spec()).password())
                .isEqualTo("0012.50");
        assertThat(config.http()).isEmpty();
    }

    @Test
    void anchorsAndAliasesMayShareSettings() throws Exception {
        Files.writeString(beside.resolve("m.onnx"), "");
        Config config = read("""
                pipeline: {model: m.onnx}
                sources:
                  - {id: a, uri: "file:a.mp4", options: &o {probesize: 1000000}}
                  - {id: b, uri: "file:b.mp4", options: *o}
                sinks: [{jsonl: {path: "-"}}]
                """, Map.of());

        assertThat(((SourceSpec.Recording) config.sources().get(1).spec()).options())
                .isEqualTo(Map.of("probesize", "1000000"));
    }

    @Test
    void advisesALargerRingForManyCameras() throws Exception {
        Config many = withCameras(33);

        assertThat(many.ringSize()).isEqualTo(64);
        assertThat(many.ringHint(64))
                .hasValueSatisfying(hint -> assertThat(hint)
                        .contains("66 credits", "each of the 33 gets 1")
                        .endsWith("ringSize 128"));
        assertThat(withCameras(1).ringHint(64)).isEqualTo(Optional.empty());
    }

    @Test
    void makesTheRingLargeEnoughForEveryCamera() throws Exception {
        assertThat(withCameras(64).ringSize()).isEqualTo(64);
        assertThat(withCameras(65).ringSize()).isEqualTo(128);
        assertThat(withCameras(129).ringSize()).isEqualTo(256);
    }

    private Config withCameras(int count) throws Exception {
        Files.writeString(beside.resolve("m.onnx"), "");
        StringBuilder yaml =
                new StringBuilder("pipeline: {model: m.onnx}\nsinks: [{jsonl: {path: \"-\"}}]\nsources:\n");
        for (int i = 0; i < count; i++) {
            yaml.append("  - {id: cam").append(i).append(", uri: \"synthetic:boxes\"}\n");
        }
        return read(yaml.toString(), Map.of());
    }

    private static String withModel(String model) {
        return """
                pipeline: {model: "%s"}
                sources: [{id: a, uri: "synthetic:pcb"}]
                sinks: [{jsonl: {path: "-"}}]
                """.formatted(model);
    }

    private Config read(String yaml, Map<String, String> environment) throws Exception {
        Path file = Files.writeString(beside.resolve("pipeline.yaml"), yaml);
        return new ConfigReader(file, environment, home, path -> {
                    modelsRead.add(path);
                    return FakeBackend.SPEC;
                })
                .read();
    }
}
