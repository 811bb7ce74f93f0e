package io.ringsight.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.config.Config;
import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole of it, wired as users wire it. */
@Timeout(300)
class DaemonTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final Pattern FRAME_SEQ = Pattern.compile("\"type\":\"frame\".*?\"frameSeq\":(\\d+)");

    @TempDir
    private Path dir;

    @Test
    void aRecordingGoesThroughWithoutLossAndEndsTheDaemon() throws Exception {
        Config config = config("synthetic:pcb?frames=40&pace=asap");

        Daemon daemon = Daemon.start(config, Clock.system(), List.of());
        try (daemon) {
            daemon.await();
        }

        assertThat(daemon.status().sources().get(0).value(Counter.FRAMES_PUBLISHED))
                .isEqualTo(40);
        assertThat(daemon.status().sinks().get(0).value(SinkCounter.ACKNOWLEDGED))
                .isEqualTo(lines().size());
        assertThat(frameNumbers()).hasSize(40).isSorted().startsWith(1L).endsWith(40L);
        assertThat(lines().get(lines().size() - 1)).contains("\"type\":\"gap\"").contains("\"reason\":\"ended\"");
    }

    @Test
    void aDeviceThatHangsAtTheEndOfARecordingIsGivenUp() throws Exception {
        FakeBackend hanging = new FakeBackend(1, 1);
        hanging.holdLaunches();
        AtomicLong aheadNs = new AtomicLong();
        Clock clock = new Clock() {
            @Override
            public long nanoTime() {
                return Clock.system().nanoTime() + aheadNs.get();
            }

            @Override
            public long epochNanos() {
                return Clock.system().epochNanos() + aheadNs.get();
            }
        };
        Config config = config("synthetic:boxes?frames=1&pace=asap");
        try (Daemon daemon = Daemon.start(config, clock, List.of(), (model, spec, metrics) -> Opened.of(hanging))) {
            Thread time = new Thread(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    aheadNs.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                }
            });
            time.start();
            try {
                CommandException failure = catchThrowableOfType(CommandException.class, daemon::await);
                assertThat(failure.exitCode()).isEqualTo(1);
                assertThat(failure).hasMessageContaining("the device has finished no frame for 60 s");
            } finally {
                time.interrupt();
                hanging.releaseLaunches();
            }
        }
    }

    @Test
    void eachStartHasALaterEpoch() throws Exception {
        for (int run = 0; run < 2; run++) {
            try (Daemon daemon = start(config("synthetic:boxes?frames=1&pace=asap"), new FakeBackend(1, 1))) {
                daemon.await();
            }
        }

        List<String> epochs = lines().stream()
                .map(line -> line.replaceFirst(".*\"streamEpoch\":\"([^\"]*)\".*", "$1"))
                .distinct()
                .toList();
        assertThat(epochs).hasSize(2).isSorted().allMatch(epoch -> epoch.matches("[0-9A-HJKMNP-TV-Z]{26}"));
    }

    @Test
    void pagesAreThereAndReadyOnceFramesCome() throws Exception {
        CountDownLatch published = new CountDownLatch(3);
        try (Daemon daemon = Daemon.start(
                config("synthetic:boxes?fps=50"),
                Clock.system(),
                List.of(new CountingSink(published)),
                (model, spec, metrics) -> Opened.of(new FakeBackend(2, 1)))) {
            assertThat(get(daemon.port(), "/live").statusCode()).isEqualTo(200);
            assertThat(published.await(60, TimeUnit.SECONDS)).isTrue();

            assertThat(get(daemon.port(), "/ready").body()).isEqualTo("ready\n");
            assertThat(get(daemon.port(), "/metrics").body())
                    .contains("ringsight_source_live{source=\"line1\"} 1.0")
                    .contains("ringsight_model_info{backend=\"");
            daemon.stop();
            daemon.await();
        }
        assertThat(lines().get(lines().size() - 1)).contains("\"reason\":\"stopped\"");
    }

    @Test
    void stoppingLosesNothingThatWasOnItsWay() throws Exception {
        CountDownLatch published = new CountDownLatch(20);
        Daemon daemon = Daemon.start(
                config("synthetic:boxes?fps=100"),
                Clock.system(),
                List.of(new CountingSink(published)),
                (model, spec, metrics) -> Opened.of(new FakeBackend(2, 1)));
        try (daemon) {
            assertThat(published.await(60, TimeUnit.SECONDS)).isTrue();
            daemon.stop();
            daemon.await();
        }

        long decoded = daemon.status().sources().get(0).value(Counter.FRAMES_DECODED);
        long inMessages = daemon.status().sources().get(0).value(Counter.FRAMES_PUBLISHED);
        long overload = daemon.status().sources().get(0).value(Counter.FRAMES_OVERLOAD);
        assertThat(frameNumbers()).hasSize((int) inMessages);
        assertThat(inMessages + overload).isEqualTo(decoded);
    }

    /** The end of a recording is no order to stop: its last frames have no deadline. */
    @Test
    void aRecordingThatEndsWaitsForItsLastFramesHoweverLongTheDeviceTakes() throws Exception {
        FakeBackend backend = new FakeBackend(1, 1);
        backend.holdLaunches();
        Daemon daemon = start(config("synthetic:boxes?frames=3&pace=asap", "", "stopTimeoutMs: 1000"), backend);
        Thread runs = new Thread(() -> {
            try (daemon) {
                daemon.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        runs.start();
        SourceMetrics source = daemon.status().sources().get(0);
        Await.until(() -> source.state().equals("ended"));
        long laterNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_500);
        Await.until(() -> System.nanoTime() > laterNs);

        backend.releaseLaunches();
        runs.join(60_000);

        assertThat(frameNumbers()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aBrokenDeviceEndsItWithOne() throws Exception {
        FakeBackend backend = new FakeBackend(1, 1);
        backend.holdLaunches();
        try (Daemon daemon = start(config("synthetic:boxes?fps=50"), backend)) {
            backend.failNext(InferenceException.fatal("the device fell off the bus", null));

            CommandException e = catchThrowableOfType(CommandException.class, daemon::await);

            assertThat(e.exitCode()).isEqualTo(1);
            assertThat(e.lines())
                    .containsExactly("ringsight: inference failed and cannot go on: the device fell off the bus");
            backend.releaseLaunches();
        }
        assertThat(backend.isClosed()).isTrue();
    }

    /** Each part has its own limit, and they are not added up: a container's manager kills after ten seconds. */
    @Test
    void stoppingEndsInTimeThoughTheDeviceHangsUnderManySources() throws Exception {
        FakeBackend backend = new FakeBackend(1, 1);
        backend.holdLaunches();
        StringBuilder sources = new StringBuilder();
        for (int i = 2; i <= 9; i++) {
            sources.append(", {id: line").append(i).append(", uri: 'synthetic:boxes?fps=50'}");
        }
        Config config = config("synthetic:boxes?fps=50", sources.toString(), "stopTimeoutMs: 3000");
        Daemon daemon = start(config, backend);
        Await.until(
                () -> daemon.status().sources().stream().allMatch(source -> source.value(Counter.FRAMES_OVERLOAD) > 0));

        long beganNs = System.nanoTime();
        daemon.close();

        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs))
                .as("three seconds for each would be 27")
                .isLessThan(15_000);
        Await.until(() -> Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .noneMatch(name ->
                        name.startsWith("source-line") || name.startsWith("sink-") || name.startsWith("ringsight-")));
    }

    @Test
    void aThreadThatFailsEndsItWithOne() throws Exception {
        try (Daemon daemon = start(config("synthetic:boxes?fps=50"), new FakeBackend(1, 1))) {
            daemon.failed(new Thread(() -> {}, "some-thread"), new StackOverflowError("on purpose"));

            CommandException e = catchThrowableOfType(CommandException.class, daemon::await);

            assertThat(e.exitCode()).isEqualTo(1);
            assertThat(e.lines().get(0)).contains("thread some-thread: ", "StackOverflowError", "on purpose");
        }
    }

    @Test
    void aDeviceThatHangsStopsThePulseUntilItGoesOn() throws Exception {
        FakeBackend backend = new FakeBackend(1, 1);
        backend.holdLaunches();
        try (Daemon daemon = start(config("synthetic:boxes?fps=50"), backend)) {
            Await.until(() -> backend.heldLaunches() > 0);
            // gaps that were told before the frame may still leave
            AtomicReference<Pulse> before = new AtomicReference<>();
            Await.until(() -> {
                before.set(daemon.pulse());
                awaitOneMoreDropped(daemon);
                return !daemon.pulse().isBeating(before.get());
            });

            backend.releaseLaunches();
            Await.until(() -> daemon.pulse().isBeating(before.get()));
        }
    }

    private static void awaitOneMoreDropped(Daemon daemon) {
        SourceMetrics source = daemon.status().sources().get(0);
        long dropped = source.value(Counter.FRAMES_OVERLOAD);
        Await.until(() -> source.value(Counter.FRAMES_OVERLOAD) > dropped);
    }

    @Test
    void aStartThatFailsLeavesNothingOpen() throws Exception {
        Config config = config("synthetic:boxes");

        assertThatThrownBy(() -> Daemon.start(config, Clock.system(), List.of(), (model, spec, metrics) -> {
                    throw InferenceException.fatal("no such device", null);
                }))
                .hasMessageContaining("pipeline.device: expected a device that runs the model, but no such device");
        assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
                .noneMatch(name -> name.startsWith("sink-") || name.startsWith("source-") || name.equals("summary"));
    }

    private static Daemon start(Config config, FakeBackend backend) throws Exception {
        return Daemon.start(config, Clock.system(), List.of(), (model, spec, metrics) -> Opened.of(backend));
    }

    private Config config(String uri) throws Exception {
        return config(uri, "", "lanes: auto");
    }

    private Config config(String uri, String moreSources, String pipelineKey) throws Exception {
        String model = ROOT.resolve("conf/models/pcb-defect.yaml").toString();
        boolean real = uri.contains("pcb");
        Path file = Files.writeString(dir.resolve("pipeline.yaml"), """
                pipeline: {model: "%s", %s}
                sources: [{id: line1, uri: "%s"}%s]
                sinks: [{jsonl: {path: "%s"}}]
                http: {port: 0}
                """.formatted(
                        model, pipelineKey, uri, moreSources, dir.resolve("out.jsonl")));
        return new ConfigReader(file, Map.of(), ROOT, real ? ModelYaml::read : path -> FakeBackend.SPEC).read();
    }

    private List<String> lines() throws Exception {
        return Files.readAllLines(dir.resolve("out.jsonl"));
    }

    private List<Long> frameNumbers() throws Exception {
        List<Long> numbers = new ArrayList<>();
        for (String line : lines()) {
            Matcher matcher = FRAME_SEQ.matcher(line);
            if (matcher.find()) {
                numbers.add(Long.parseLong(matcher.group(1)));
            }
        }
        return numbers;
    }

    private static HttpResponse<String> get(int port, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
