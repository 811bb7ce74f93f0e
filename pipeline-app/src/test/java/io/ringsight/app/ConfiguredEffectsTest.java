package io.ringsight.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.Config;
import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.daemon.Daemon;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.run.Await;
import io.ringsight.core.run.FreePort;
import io.ringsight.core.time.Clock;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is written in a configuration happens: from the file's text through the whole daemon. */
@Timeout(300)
class ConfiguredEffectsTest {
    private static final String LINES = "jsonl: {path: %s}";

    @TempDir
    private Path dir;

    private final List<BackendSpec> specs = new ArrayList<>();
    private FakeBackend backend = new FakeBackend(1, 1);
    /** More sections of the configuration. */
    private String sections = "";

    @Test
    void maxFpsLeavesOutFramesEvenly() throws Exception {
        SourceMetrics source = ended("", "synthetic:boxes?fps=10&frames=40&pace=asap", "maxFps: 5");

        assertThat(source.value(Counter.FRAMES_RATE_LIMIT)).isEqualTo(20);
        assertThat(source.value(Counter.FRAMES_PUBLISHED)).isEqualTo(20);
    }

    @Test
    void withoutMaxFpsNoneIsLeftOut() throws Exception {
        SourceMetrics source = ended("", "synthetic:boxes?fps=10&frames=40&pace=asap", "maxFps: 0");

        assertThat(source.value(Counter.FRAMES_PUBLISHED)).isEqualTo(40);
    }

    @Test
    void framesOlderThanDeadlineMsAreNotAnalysed() throws Exception {
        assertThat(framesLateAfterAWait("deadlineMs: 300")).isPositive();
    }

    @Test
    void withoutDeadlineMsNoFrameIsTooOld() throws Exception {
        assertThat(framesLateAfterAWait("deadlineMs: 0")).isZero();
    }

    /** One frame is with the device, two wait for longer than the deadline. */
    private long framesLateAfterAWait(String key) throws Exception {
        backend.holdLaunches();
        SourceMetrics source;
        try (Daemon daemon = start("", "synthetic:boxes?fps=50", key + ", credits: 3", LINES)) {
            source = source(daemon);
            Await.until(() -> backend.heldLaunches() == 1);
            SourceMetrics running = source;
            long before = running.value(Counter.FRAMES_OVERLOAD);
            Await.until(() -> running.value(Counter.FRAMES_OVERLOAD) > before); // so the two are there
            long olderNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(400);
            Await.until(() -> System.nanoTime() > olderNs);
            backend.releaseLaunches();
            Await.until(() -> running.value(Counter.FRAMES_PUBLISHED) > 0);
            daemon.stop();
            daemon.await();
        }
        return source.value(Counter.FRAMES_LATE);
    }

    @Test
    void aCameraHasAsManyFramesOnTheirWayAsItHasCredits() throws Exception {
        assertOnTheirWay(1, "", "credits: 1");
        assertOnTheirWay(4, "", "credits: 4");
    }

    @Test
    void ringSizeBoundsTheFramesOnTheirWay() throws Exception {
        assertOnTheirWay(2, "ringSize: 2", "credits: 8");
    }

    /** Of twelve frames of a camera whose device computes nothing. */
    private void assertOnTheirWay(int expected, String pipelineKey, String sourceKey) throws Exception {
        backend = new FakeBackend(1, 1);
        backend.holdLaunches();
        try (Daemon daemon = start(pipelineKey, "synthetic:boxes?fps=50&frames=12", sourceKey, LINES)) {
            SourceMetrics source = source(daemon);
            Await.until(() -> source.value(Counter.FRAMES_OVERLOAD) == 12 - expected);
            assertThat(source.value(Counter.FRAMES_DECODED)).isEqualTo(12);
            backend.releaseLaunches();
            daemon.await();
        }
    }

    @Test
    void thresholdDecidesWhatIsAnObject() throws Exception {
        assertThat(ended("threshold: 0", "synthetic:boxes?frames=3&pace=asap", "maxFps: 0")
                        .value(Counter.DETECTIONS))
                .isEqualTo(3);
        assertThat(ended("threshold: 1", "synthetic:boxes?frames=3&pace=asap", "maxFps: 0")
                        .value(Counter.DETECTIONS))
                .isZero();
    }

    @Test
    void classesDecideWhoseObjectsArePublished() throws Exception {
        SourceMetrics source = ended("threshold: 0", "synthetic:boxes?frames=3&pace=asap", "classes: [shade-255]");

        assertThat(source.value(Counter.DETECTIONS)).isZero();
        assertThat(source.value(Counter.DETECTIONS_UNWANTED)).isEqualTo(3);
    }

    @Test
    void trackingDecidesWhetherObjectsAreFollowed() throws Exception {
        String uri = "synthetic:boxes?frames=8&pace=asap";

        assertThat(ended("threshold: 0", uri, "tracking: {confident: 0}").value(Counter.TRACKS))
                .isEqualTo(1);
        assertThat(Files.readString(dir.resolve("lines/out.jsonl"))).containsPattern("\"trackId\":\"[^/\"]+/t1\",");
        assertThat(ended("threshold: 0", uri, "tracking: {confident: 1}").value(Counter.TRACKS))
                .isZero();
        assertThat(ended("threshold: 0", uri, "tracking: {confident: 0, confirmMs: 9000}")
                        .value(Counter.TRACKS))
                .isZero();
        assertThat(ended("threshold: 0", uri, "tracking: {confident: 0, enabled: false}")
                        .value(Counter.TRACKS))
                .isZero();
    }

    @Test
    void zonesSayWhereObjectsAre() throws Exception {
        String everywhere = "{name: all, polygon: '0,0 1,0 1,1 0,1'}";
        String corner = "{name: corner, polygon: '0,0 0.001,0 0,0.001'}";
        ended(
                "threshold: 0",
                "synthetic:boxes?frames=3&pace=asap",
                "zones: [" + corner + ", " + everywhere + "], maxFps: 0");

        assertThat(Files.readAllLines(dir.resolve("lines/out.jsonl")).stream()
                        .filter(line -> line.contains("\"frame\"")))
                .filteredOn(line -> line.contains("\"classId\""))
                .hasSize(3)
                .allMatch(line -> line.contains(",\"zones\":[\"all\"]}"));
    }

    @Test
    void whatComputesIsOpenedAsConfigured() throws Exception {
        ended(
                "device: cpu, lanes: 3, maxBatch: 5, cudaGraphs: false",
                "synthetic:boxes?frames=1&pace=asap",
                "maxFps: 0");

        assertThat(specs).containsExactly(new BackendSpec("cpu", 3, 5, false));
    }

    @Test
    void queueMessagesBoundsWhatWaitsForABrokerThatIsAway() throws Exception {
        SinkMetrics sink = messagesWithoutBroker("queueMessages: 7");

        // and the gap message that tells of the others
        assertThat(sink.queuedMessages()).isBetween(7L, 8L);
    }

    @Test
    void queueBytesBoundsWhatWaitsForABrokerThatIsAway() throws Exception {
        SinkMetrics sink = messagesWithoutBroker("queueBytes: 65536");

        assertThat(sink.queuedBytes()).isBetween(60_000L, 65_536L);
    }

    /** A camera's messages are dropped once no more may wait. */
    private SinkMetrics messagesWithoutBroker(String key) throws Exception {
        String kafka = "kafka: {bootstrapServers: '127.0.0.1:" + FreePort.take()
                + "', topic: t, spool: {enabled: false}, " + key + "}";
        try (Daemon daemon = start("stopTimeoutMs: 1000", "synthetic:boxes?fps=250", "credits: 8", kafka)) {
            SinkMetrics sink = daemon.status().sinks().get(0);
            Await.until(() -> sink.value(SinkCounter.DROPPED_QUEUE_FULL) > 0);
            return snapshot(sink);
        }
    }

    /** The broker's port takes connections and says nothing; the sink waits for it for longer than this test lasts. */
    @Test
    void publishTimeoutSecondsDecidesHowLongASinkMayPublishNothing() throws Exception {
        sections = "http: {port: 0, publishTimeoutSeconds: 1}";
        try (ServerSocket silent = new ServerSocket(0)) {
            String kafka = "kafka: {bootstrapServers: '127.0.0.1:" + silent.getLocalPort()
                    + "', topic: t, spool: {enabled: false}, properties: {max.block.ms: 100000}}";
            try (Daemon daemon = start("stopTimeoutMs: 1000", "synthetic:boxes?fps=50", "maxFps: 0", kafka)) {
                Await.until(() -> !daemon.status().sinks().get(0).state().isFailure()
                        && daemon.status().notReady().toString().contains("sink kafka:t has published nothing for"));
            }
        }
    }

    private static SinkMetrics snapshot(SinkMetrics sink) {
        SinkMetrics copy = new SinkMetrics(sink.sinkName());
        copy.queued(sink.queuedMessages(), sink.queuedBytes());
        return copy;
    }

    @Test
    void aFileOfLinesIsSetAsideAtMaxBytesAndSoManyAreKept() throws Exception {
        String lines = "jsonl: {path: %s, maxBytes: 2000, keep: 2}";
        try (Daemon daemon = start("", "synthetic:boxes?frames=60&pace=asap", "maxFps: 0", lines)) {
            daemon.await();
        }

        try (var files = Files.list(dir.resolve("lines"))) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(3);
            for (Path file : all) {
                assertThat(Files.size(file)).isLessThanOrEqualTo(2_000);
            }
        }
    }

    private SourceMetrics ended(String pipelineKeys, String uri, String sourceKeys) throws Exception {
        SourceMetrics source;
        try (Daemon daemon = start(pipelineKeys, uri, sourceKeys, LINES)) {
            daemon.await();
            source = source(daemon);
        }
        return source;
    }

    private static SourceMetrics source(Daemon daemon) {
        return daemon.status().sources().get(0);
    }

    private Daemon start(String pipelineKeys, String uri, String sourceKeys, String sink) throws Exception {
        Files.writeString(dir.resolve("m.yaml"), "");
        Path lines = Files.createDirectories(dir.resolve("lines")).resolve("out.jsonl");
        Path file = Files.writeString(dir.resolve("test.yaml"), """
                pipeline: {model: m.yaml, %s}
                sources: [{id: a, uri: "%s", %s}]
                sinks: [{%s}]
                %s
                """.formatted(
                        pipelineKeys, uri, sourceKeys, sink.formatted(lines), sections));
        Config config = new ConfigReader(file, Map.of(), dir, path -> FakeBackend.SPEC).read();
        return Daemon.start(config, Clock.system(), List.of(), (model, spec, metrics) -> {
            specs.add(spec);
            return Opened.of(backend);
        });
    }
}
