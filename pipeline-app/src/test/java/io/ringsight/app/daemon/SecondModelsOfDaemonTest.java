package io.ringsight.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.Config;
import io.ringsight.app.config.ConfigReader;
import io.ringsight.client.Detection;
import io.ringsight.client.FrameMessage;
import io.ringsight.client.Message;
import io.ringsight.client.json.MessageReader;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A second model in a daemon: its answers reach a consumer, a reload replaces it, and it goes with its first model. */
@Timeout(300)
class SecondModelsOfDaemonTest {
    @TempDir
    private Path dir;

    private final Map<String, FakeBackend> backends = new ConcurrentHashMap<>();
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start(config("kind", ""), Clock.system(), List.of(), this::open);
        awaitAnswersOf("kind");
    }

    private Opened open(ModelSpec model, BackendSpec spec, Counters<BackendCounter> metrics) {
        if (model.name().equals("broken")) {
            throw InferenceException.fatal("it does not run", null);
        }
        FakeBackend backend = new FakeBackend(model.name() + "-backend", 2, 1);
        backends.put(model.name(), backend);
        return Opened.of(backend);
    }

    @AfterEach
    void close() {
        backends.values().forEach(FakeBackend::releaseLaunches);
        daemon.close();
        assertThat(backends.values()).allMatch(FakeBackend::isClosed);
    }

    @Test
    void aConsumerReadsWhatItSays() throws Exception {
        FrameMessage frame = newest();
        Detection object = frame.objects().get(0);

        assertThat(object.attributes()).containsOnlyKeys("sort");
        assertThat(object.attributes().get("sort").isKnown()).isTrue();
        assertThat(object.attributes().get("sort").objects().orElseThrow()).singleElement();
        assertThat(frame.notes().attributeModels().get("sort").name()).isEqualTo("kind");
        assertThat(frame.model().name()).isEqualTo("main");
        assertThat(daemon.status().detectors()).containsOnlyKeys("default", "default/sort");
    }

    @Test
    void aReloadReplacesItWithoutLosingAFrame() throws Exception {
        for (int i = 0; i < 10; i++) {
            String next = i % 2 == 0 ? "other" : "kind";
            FakeBackend before = backends.get(i % 2 == 0 ? "kind" : "other");
            daemon.reload(() -> config(next, ""));
            awaitAnswersOf(next);
            assertThat(before.isClosed()).isTrue();
        }
        assertThat(daemon.status().reloadsApplied()).isEqualTo(10);
        assertThat(daemon.status().sources().get(0).value(Counter.ATTRIBUTES_FAILED))
                .isZero();
        long seq = 0;
        for (FrameMessage frame : frames()) {
            assertThat(seq == 0
                            || frame.coverage().prevFrameSeq() == seq
                            || !frame.coverage().gaps().isEmpty())
                    .isTrue();
            seq = frame.coverage().frameSeq();
        }
    }

    @Test
    void oneThatDoesNotRunIsRefusedAndTheOldOneGoesOn() throws Exception {
        daemon.reload(() -> config("broken", ""));

        assertThat(daemon.status().reloadsRefused()).isEqualTo(1);
        assertThat(backends.get("kind").isClosed()).isFalse();
        awaitAnswersOf("kind");
    }

    @Test
    void itGoesWithItsFirstModel() throws Exception {
        daemon.reload(() -> config("kind", ", model: plain"));

        assertThat(backends.get("kind").isClosed()).isTrue();
        assertThat(daemon.status().detectors()).containsOnlyKeys("plain");
        Await.until(() -> newest().notes().attributeModels().isEmpty());
        assertThat(newest().objects().get(0).attributes()).isEmpty();
    }

    /** Waits until the newest frame has answers of {@code model}, and one more. */
    private void awaitAnswersOf(String model) throws Exception {
        Await.until(() -> {
            FrameMessage frame = newest();
            return frame != null
                    && frame.notes().attributeModels().containsKey("sort")
                    && frame.notes().attributeModels().get("sort").name().equals(model);
        });
    }

    private FrameMessage newest() {
        List<FrameMessage> frames = frames();
        return frames.isEmpty() ? null : frames.get(frames.size() - 1);
    }

    private List<FrameMessage> frames() {
        try {
            List<FrameMessage> frames = new ArrayList<>();
            Path file = dir.resolve("out.jsonl");
            String text = Files.exists(file) ? Files.readString(file) : "";
            for (String line :
                    text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
                Message message = MessageReader.read(line.getBytes(StandardCharsets.UTF_8));
                if (message instanceof FrameMessage frame) {
                    frames.add(frame);
                }
            }
            return frames;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Config config(String second, String source) {
        try {
            for (String name : List.of("main", "kind", "other", "broken", "plain")) {
                Files.writeString(dir.resolve(name + ".yaml"), "");
            }
            Path file = Files.writeString(
                    dir.resolve("pipeline.yaml"), """
                    pipeline: {model: main.yaml, threshold: 0, then: [{model: second, attribute: sort}]}
                    models: {second: {file: %s.yaml, threshold: 0}, plain: {file: plain.yaml, threshold: 0}}
                    sources: [{id: line1, uri: "synthetic:boxes?fps=50"%s}]
                    sinks: [{jsonl: {path: "%s"}}]
                    """.formatted(second, source, dir.resolve("out.jsonl")));
            return new ConfigReader(file, Map.of(), dir, SecondModelsOfDaemonTest::named).read();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static ModelSpec named(Path file) {
        ModelSpec any = FakeBackend.SPEC;
        return new ModelSpec(
                file.getFileName().toString().replace(".yaml", ""),
                "1",
                any.weights(),
                any.input(),
                any.output(),
                any.labels(),
                any.threshold(),
                List.of());
    }
}
