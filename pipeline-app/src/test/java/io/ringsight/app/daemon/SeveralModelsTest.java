package io.ringsight.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.Config;
import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.linux.Niceness;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several models in one daemon: each has its sources to itself, and a source may go from one to another. */
@Timeout(300)
class SeveralModelsTest {
    private static final String CAMERA = "synthetic:boxes?fps=50";

    @TempDir
    private Path dir;

    private final Results results = new Results();
    private final Map<String, FakeBackend> backends = new ConcurrentHashMap<>();
    private final Map<String, BackendSpec> specs = new ConcurrentHashMap<>();
    private final Map<String, Integer> loadedAt = new ConcurrentHashMap<>();
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start(
                config(source("plain", ""), source("quick", "fast")), Clock.system(), List.of(results), this::open);
        results.await("plain", 3);
        results.await("quick", 3);
    }

    private Opened open(ModelSpec model, BackendSpec spec, Counters<BackendCounter> metrics) {
        if (model.name().equals("broken")) {
            throw InferenceException.fatal("it does not run", null);
        }
        loadedAt.put(model.name(), Niceness.ofThisThread());
        FakeBackend backend = new FakeBackend(model.name() + "-backend", 2, 1);
        backends.put(model.name(), backend);
        specs.put(model.name(), spec);
        return Opened.of(backend);
    }

    @AfterEach
    void close() {
        backends.values().forEach(FakeBackend::releaseLaunches);
        daemon.close();
        assertThat(backends.values()).allMatch(FakeBackend::isClosed);
    }

    @Test
    void eachFrameIsComputedByTheModelItsSourceNames() {
        assertThat(results.models("plain")).containsOnly("main");
        assertThat(results.models("quick")).containsOnly("fast");
        assertThat(daemon.status().detectors()).containsOnlyKeys("default", "fast");
    }

    @Test
    void aModelThatHangsHoldsUpNoSourceOfAnother() throws Exception {
        backends.get("main").holdLaunches();
        Await.until(() -> backends.get("main").heldLaunches() >= 2);
        results.await("quick", 20);
        Pulse before = daemon.pulse();
        results.await("quick", 5);
        Await.until(() -> results.hasMoved("quick") && !daemon.pulse().isBeating(before));
        backends.get("main").releaseLaunches();
        results.await("plain", 3);
    }

    @Test
    void aSourceThatGoesToAnotherModelKeepsItsNumbersAndItsOrder() throws Exception {
        for (int i = 0; i < 10; i++) {
            daemon.reload(() -> config(source("plain", "fast"), source("quick", "fast")));
            results.awaitModel("plain", "fast");
            daemon.reload(() -> config(source("plain", ""), source("quick", "fast")));
            results.awaitModel("plain", "main");
        }
        assertThat(results.unaccounted("plain")).isZero();
        assertThat(results.unaccounted("quick")).isZero();
        assertThat(daemon.status().reloadsApplied()).isEqualTo(20);
    }

    @Test
    void aModelIsAddedByAReloadAndSharesTheCpu() throws Exception {
        int cores = Runtime.getRuntime().availableProcessors();
        assertThat(specs.get("fast").cores()).isEqualTo(Math.max(1, cores / 2));

        daemon.reload(() -> config(source("plain", ""), source("quick", "fast"), source("third", "other")));

        results.await("third", 3);
        assertThat(results.models("third")).containsOnly("other");
        assertThat(specs.get("other").cores()).isEqualTo(Math.max(1, cores / 3));
        assertThat(results.unaccounted("quick")).isZero();
    }

    @Test
    void oneModelThatDoesNotRunRefusesTheWholeAndLeavesNoneOfTheOthersOpen() throws Exception {
        FakeBackend fast = backends.get("fast");
        daemon.reload(() -> config(source("plain", "other"), source("quick", "broken")));

        assertThat(daemon.status().reloadsRefused()).isEqualTo(1);
        assertThat(backends.get("other").isClosed()).isTrue();
        assertThat(fast.isClosed()).isFalse();
        results.await("plain", 3);
        results.await("quick", 3);
        assertThat(results.models("plain")).containsOnly("main");
    }

    @Test
    void aModelIsLoadedBesideCamerasByAThreadOfTheLowestPriority() throws Exception {
        assertThat(loadedAt.get("fast")).isEqualTo(Niceness.ofThisThread());

        daemon.reload(() -> config(source("plain", ""), source("quick", "other")));

        assertThat(loadedAt.get("other")).isEqualTo(19);
        assertThat(specs.get("fast").gently()).isFalse();
        assertThat(specs.get("other").gently()).isTrue();
    }

    @Test
    void aModelThatNoSourceUsesAnyMoreIsGivenBackAndMayComeAgain() throws Exception {
        Set<String> threads = stageThreads();
        for (int i = 0; i < 20; i++) {
            FakeBackend fast = backends.get("fast");
            daemon.reload(() -> config(source("plain", ""), source("quick", "")));
            assertThat(fast.isClosed()).isTrue();
            assertThat(daemon.status().detectors()).containsOnlyKeys("default");
            assertThat(stageThreads()).hasSize(threads.size() / 2);
            results.awaitModel("quick", "main");

            daemon.reload(() -> config(source("plain", ""), source("quick", "fast")));
            results.awaitModel("quick", "fast");
            assertThat(daemon.status().detectors()).containsOnlyKeys("default", "fast");
            assertThat(stageThreads()).hasSameSizeAs(threads);
        }
        assertThat(results.unaccounted("plain")).isZero();
        assertThat(results.unaccounted("quick")).isZero();
    }

    @Test
    void aRemovedSourceTakesItsModelAlongAndItsLastGapIsTold() throws Exception {
        daemon.reload(() -> config(source("plain", "")));

        assertThat(backends.get("fast").isClosed()).isTrue();
        assertThat(backends.get("main").isClosed()).isFalse();
        assertThat(results.unaccounted("quick")).isZero();
        results.await("plain", 3);
    }

    @Test
    void twentyRefusedCandidatesLeaveNoTraceInTheMessages() throws Exception {
        Set<String> threads = stageThreads();
        for (int i = 0; i < 20; i++) {
            boolean opens = i % 2 == 0;
            List<String> mistakes = daemon.reload(() -> {
                if (!opens) {
                    throw new ConfigException(List.of("models.fast.file: gate: it did not pass"));
                }
                return config(source("plain", "other"), source("quick", "broken"));
            });
            assertThat(mistakes).hasSize(1);
            results.await("plain", 1);
            results.await("quick", 1);
        }
        assertThat(daemon.status().reloadsRefused()).isEqualTo(20);
        assertThat(results.models("plain")).containsOnly("main");
        assertThat(results.models("quick")).containsOnly("fast");
        assertThat(results.lost("plain") + results.lost("quick")).isZero();
        assertThat(results.unaccounted("plain")).isZero();
        assertThat(results.unaccounted("quick")).isZero();
        assertThat(results.gaps("plain")).isEqualTo(2);
        assertThat(results.gaps("quick")).isEqualTo(2);
        assertThat(stageThreads()).isEqualTo(threads);
        assertThat(backends.get("other").isClosed()).isTrue();
        assertThat(backends.get("main").isClosed()).isFalse();
    }

    /** Their ids, too: two pipelines' have the same names. */
    private static Set<String> stageThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("ringsight-"))
                .map(thread -> thread.getName() + thread.getId())
                .collect(Collectors.toSet());
    }

    private static String source(String id, String model) {
        return "- {id: " + id + ", uri: \"" + CAMERA + "\"" + (model.isEmpty() ? "" : ", model: " + model) + "}\n";
    }

    private Config config(String... sources) {
        try {
            for (String name : List.of("main", "fast", "other", "broken")) {
                Files.writeString(dir.resolve(name + ".yaml"), "");
            }
            Path file = Files.writeString(
                    dir.resolve("pipeline.yaml"), """
                    pipeline: {model: main.yaml}
                    models: {fast: {file: fast.yaml}, other: {file: other.yaml}, broken: {file: broken.yaml}}
                    sources:
                    %s
                    sinks: [{jsonl: {path: "%s"}}]
                    """.formatted(String.join("", sources), dir.resolve("out.jsonl")));
            return new ConfigReader(file, Map.of(), dir, path -> named(path)).read();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private ModelSpec named(Path file) {
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

    /** What each source published, in order. */
    private static final class Results implements ResultSink {
        private record Entry(long frameSeq, long prevFrameSeq, int lost, String model) {}

        private final Map<String, List<Entry>> entries = new HashMap<>();
        private final Map<String, Integer> seen = new HashMap<>();

        @Override
        public synchronized void frame(FrameResult frame, boolean lossless) {
            assertThat(frame.backend()).isEqualTo(frame.model().name() + "-backend");
            add(
                    frame.sourceId().value(),
                    new Entry(
                            frame.frameSeq(),
                            frame.prevFrameSeq(),
                            frame.losses().total(),
                            frame.model().name()));
        }

        @Override
        public synchronized void gap(Gap gap, boolean lossless) {
            add(
                    gap.sourceId().value(),
                    new Entry(
                            gap.lastFrameSeq(), gap.prevFrameSeq(), gap.losses().total(), ""));
        }

        private void add(String source, Entry entry) {
            entries.computeIfAbsent(source, id -> new ArrayList<>()).add(entry);
            notifyAll();
        }

        synchronized boolean hasMoved(String source) {
            int now = entries.get(source).size();
            Integer before = seen.put(source, now);
            return before == null || now > before;
        }

        /** Waits for so many frames from now on. */
        synchronized void await(String source, int count) throws InterruptedException {
            int wanted = models(source).size() + count;
            while (models(source).size() < wanted) {
                wait();
            }
        }

        synchronized void awaitModel(String source, String model) throws InterruptedException {
            while (!last(source).equals(model)) {
                wait();
            }
        }

        private String last(String source) {
            List<String> models = models(source);
            return models.isEmpty() ? "" : models.get(models.size() - 1);
        }

        synchronized List<String> models(String source) {
            return entries.getOrDefault(source, List.of()).stream()
                    .map(Entry::model)
                    .filter(model -> !model.isEmpty())
                    .toList();
        }

        /** Frames lost since the first that was published. */
        synchronized long lost(String source) {
            return entries.get(source).stream()
                    .filter(entry -> entry.prevFrameSeq > 0)
                    .mapToLong(Entry::lost)
                    .sum();
        }

        synchronized long gaps(String source) {
            return entries.get(source).stream()
                    .filter(entry -> entry.model.isEmpty())
                    .count();
        }

        /** Frames that are in no message and in no count; fails where one is out of order. */
        synchronized long unaccounted(String source) {
            long missing = 0;
            long prev = 0;
            for (Entry entry : entries.get(source)) {
                assertThat(entry.prevFrameSeq).isEqualTo(prev);
                missing += entry.frameSeq - prev - entry.lost - (entry.model.isEmpty() ? 0 : 1);
                prev = entry.frameSeq;
            }
            return missing;
        }
    }
}
