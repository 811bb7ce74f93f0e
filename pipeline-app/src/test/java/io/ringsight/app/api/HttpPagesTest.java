package io.ringsight.app.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringsight.app.config.Config;
import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.config.Place;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.http.HttpCounter;
import io.ringsight.app.http.HttpPages;
import io.ringsight.app.http.Route;
import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.frame.SourceName;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.time.ManualClock;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class HttpPagesTest {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(60)).build();
    private static final Place PLACE = new Place(Path.of("pipeline.yaml"), 7, "http.port");

    private final ManualClock clock = new ManualClock(0);
    private final Status status = new Status(clock);
    private final SourceMetrics line1 = new SourceMetrics("line1");
    private final SourceMetrics line2 = new SourceMetrics("line2");
    private final SinkMetrics kafka = new SinkMetrics("kafka:detections");
    private final Counters<HttpCounter> http = new Counters<>(HttpCounter.class);
    private HttpPages pages;

    @TempDir
    private Path dir;

    @BeforeEach
    void serve() throws Exception {
        status.sources(List.of(line1, line2));
        status.add(kafka);
        pages = HttpPages.open(
                new HttpConfig("127.0.0.1", 0, PLACE),
                List.of(
                        Route.open("/live", HealthPages.live()),
                        Route.open("/started", HealthPages.started(status)),
                        Route.open("/ready", HealthPages.ready(status)),
                        Route.open("/metrics", new MetricsPage(status, http)),
                        Route.open("/broken", () -> {
                            throw new IllegalStateException("secret detail");
                        }),
                        Route.open("/unloadable", () -> {
                            throw new NoClassDefFoundError("secret detail");
                        })),
                http);
    }

    @AfterEach
    void close() {
        pages.close();
        pages.close();
    }

    @Test
    void readyOnlyWithModelLiveSourceAndSinksThatWork() throws Exception {
        line1.state("stalled");
        assertThat(get("/ready").statusCode()).isEqualTo(503);
        assertThat(get("/ready").body())
                .contains("not ready\n", "the model is loading\n", "no source is live\n", "source line1 is stalled\n");

        status.loaded(
                Config.DEFAULT_MODEL, new DetectorSwitch(new Detector(FakeBackend.SPEC, 0.1f, new FakeBackend(2, 1))));
        line2.state(Status.LIVE);
        assertThat(get("/ready").statusCode()).isEqualTo(200);
        assertThat(get("/ready").body()).isEqualTo("ready\n");

        kafka.state(SinkState.UNREACHABLE, "no broker at localhost:9092");
        assertThat(get("/ready").statusCode()).isEqualTo(503);
        assertThat(get("/ready").body())
                .isEqualTo("not ready\nsink kafka:detections is unreachable: no broker at localhost:9092\n");
        assertThat(get("/live").statusCode()).isEqualTo(200);
    }

    @Test
    void startedOnceAndForAllWhenEveryPartIs() throws Exception {
        assertThat(get("/started").statusCode()).isEqualTo(503);
        assertThat(get("/started").body()).isEqualTo("not started\nthe model is loading\n");
        status.loaded(
                Config.DEFAULT_MODEL, new DetectorSwitch(new Detector(FakeBackend.SPEC, 0.1f, new FakeBackend(2, 1))));
        assertThat(get("/started").body()).isEqualTo("not started\nsinks and sources are being started\n");

        status.started();
        assertThat(get("/started").statusCode()).isEqualTo(200);
        assertThat(get("/started").body()).isEqualTo("started\n");
        status.stopping();
        assertThat(get("/started").statusCode()).isEqualTo(200);
    }

    @Test
    void notReadyWhileTheModelIsMisread() throws Exception {
        status.misread(() -> Optional.of("it gave a confidence of 57.3"));
        assertThat(get("/ready").statusCode()).isEqualTo(503);
        assertThat(get("/ready").body()).contains("it gave a confidence of 57.3");
    }

    /** Figures worked out by hand, each in the unit its name says. */
    @Test
    void metricsHaveTheUnitsOfTheirNames() throws Exception {
        clock.advanceMs(500_000);
        for (long ms : new long[] {10, 20, 30, 40}) {
            line1.recordLatencyNs(ms * 1_000_000);
            kafka.recordAckLatencyNs(ms * 2_000_000);
        }
        line1.lastFrameNs(clock.nanoTime() - 2_500_000_000L);
        kafka.queued(3, 2_000);
        kafka.spooled(7, 9_000, clock.epochNanos() - 90_000_000_000L);

        Map<String, Double> values = metrics();

        assertThat(values.get("ringsight_latency_seconds_count{source=\"line1\"}"))
                .isEqualTo(4);
        assertThat(values.get("ringsight_latency_seconds_sum{source=\"line1\"}"))
                .isCloseTo(0.1, withinPercentage(1));
        assertThat(values.get("ringsight_latency_seconds_bucket{source=\"line1\",le=\"0.005\"}"))
                .isEqualTo(0);
        assertThat(values.get("ringsight_latency_seconds_bucket{source=\"line1\",le=\"0.025\"}"))
                .isEqualTo(2);
        assertThat(values.get("ringsight_latency_seconds_bucket{source=\"line1\",le=\"0.05\"}"))
                .isEqualTo(4);
        assertThat(values.get("ringsight_latency_seconds_bucket{source=\"line1\",le=\"+Inf\"}"))
                .isEqualTo(4);
        assertThat(values.get("ringsight_last_frame_age_seconds{source=\"line1\"}"))
                .isEqualTo(2.5);
        assertThat(values.get("ringsight_last_frame_age_seconds{source=\"line2\"}"))
                .isNaN();
        assertThat(values.get("ringsight_sink_ack_seconds_count{sink=\"kafka:detections\"}"))
                .isEqualTo(4);
        assertThat(values.get("ringsight_sink_ack_seconds_sum{sink=\"kafka:detections\"}"))
                .isCloseTo(0.2, withinPercentage(1));
        assertThat(values.get("ringsight_sink_ack_seconds_bucket{sink=\"kafka:detections\",le=\"0.05\"}"))
                .isEqualTo(2);
        assertThat(values.get("ringsight_sink_ack_seconds_bucket{sink=\"kafka:detections\",le=\"1800.0\"}"))
                .isEqualTo(4);
        assertThat(values.get("ringsight_sink_queue_messages{sink=\"kafka:detections\"}"))
                .isEqualTo(3);
        assertThat(values.get("ringsight_sink_queue_bytes{sink=\"kafka:detections\"}"))
                .isEqualTo(2_000);
        assertThat(values.get("ringsight_sink_spool_messages{sink=\"kafka:detections\"}"))
                .isEqualTo(7);
        assertThat(values.get("ringsight_sink_spool_bytes{sink=\"kafka:detections\"}"))
                .isEqualTo(9_000);
        assertThat(values.get("ringsight_sink_spool_oldest_age_seconds{sink=\"kafka:detections\"}"))
                .isEqualTo(90);
    }

    /** What the page says, by name and labels. */
    private Map<String, Double> metrics() throws Exception {
        Map<String, Double> values = new LinkedHashMap<>();
        get("/metrics")
                .body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> values.put(
                        line.substring(0, line.lastIndexOf(' ')),
                        Double.valueOf(line.substring(line.lastIndexOf(' ') + 1))));
        return values;
    }

    @Test
    void aSinkThatPublishesNothingForThePublishTimeoutIsNotReady() throws Exception {
        status.loaded(
                Config.DEFAULT_MODEL, new DetectorSwitch(new Detector(FakeBackend.SPEC, 0.1f, new FakeBackend(2, 1))));
        line1.state(Status.LIVE);
        status.publishTimeout(Duration.ofSeconds(5));
        kafka.queued(3, 2_000);
        clock.advanceMs(5_000);
        assertThat(get("/ready").statusCode()).isEqualTo(200);

        clock.advanceMs(1_000);

        assertThat(get("/ready").statusCode()).isEqualTo(503);
        assertThat(get("/ready").body())
                .isEqualTo("not ready\nsink kafka:detections has published nothing for 6 s: 3 messages wait,"
                        + " 0 were refused so far\n");
    }

    @Test
    void metricsHoldEveryCounterOfEverySourceAndSink() throws Exception {
        line1.count(Counter.FRAMES_DECODED, 1_234_567_890_123L);
        line1.recordLatencyNs(20_000_000);
        kafka.count(SinkCounter.ACKNOWLEDGED, 5);
        kafka.queued(3, 2_000);
        DetectorSwitch detectors = new DetectorSwitch(new Detector(FakeBackend.SPEC, 0.1f, new FakeBackend(2, 1)));
        detectors.metrics().count(BackendCounter.GRAPHS_OFF);
        status.loaded(Config.DEFAULT_MODEL, detectors);

        HttpResponse<String> answer = get("/metrics");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        for (Counter counter : Counter.values()) {
            assertThat(answer.body()).contains("ringsight_" + counter.metricName() + "_total{source=\"line2\"} 0.0");
        }
        for (SinkCounter counter : SinkCounter.values()) {
            assertThat(answer.body())
                    .contains("ringsight_sink_" + counter.metricName() + "_total{sink=\"kafka:detections\"}");
        }
        for (HttpCounter counter : HttpCounter.values()) {
            assertThat(answer.body())
                    .contains("# HELP ringsight_" + counter.metricName() + "_total " + counter.sentence())
                    .contains("ringsight_" + counter.metricName() + "_total ");
        }
        for (BackendCounter counter : BackendCounter.values()) {
            assertThat(answer.body()).contains("ringsight_backend_" + counter.metricName() + "_total ");
        }
        assertThat(answer.body())
                .contains("ringsight_backend_graphs_off_total 1.0")
                .contains("ringsight_frames_decoded_total{source=\"line1\"} 1.234567890123E12")
                .contains("ringsight_sink_queue_messages{sink=\"kafka:detections\"} 3.0")
                .contains("ringsight_latency_seconds_count{source=\"line1\"} 1")
                .contains("# TYPE ringsight_latency_seconds histogram")
                .contains("ringsight_latency_seconds_bucket{source=\"line1\",le=\"0.01\"} 0\n")
                .contains("ringsight_latency_seconds_bucket{source=\"line1\",le=\"0.025\"} 1\n")
                .contains("ringsight_source_state{source=\"line1\",state=\"connecting\"} 1.0")
                .contains("process_resident_memory_bytes ");
    }

    @Test
    void namesThatPeopleGaveAreShownBesideTheIds() throws Exception {
        status.sourceNames().set(new SourceId("line1"), Optional.of(new SourceName("Oven \\ \"3\" \u00fc")));

        assertThat(get("/ready").body())
                .contains("source line1 \"Oven \\ \"3\" \u00fc\" is connecting\n", "source line2 is connecting\n");
        assertThat(get("/metrics").body())
                .contains("ringsight_source_info{name=\"Oven \\\\ \\\"3\\\" \u00fc\",source=\"line1\"} 1\n")
                .doesNotContain("ringsight_source_info{name=\"\"")
                .doesNotContainPattern("ringsight_source_info\\{.*line2");
    }

    @Test
    void promtoolAcceptsTheMetrics() throws Exception {
        assumeTrue(isInstalled("promtool"), "no promtool on the PATH; run scripts/rig/setup.sh observers");
        line1.recordLatencyNs(20_000_000);
        status.sourceNames().set(new SourceId("line1"), Optional.of(new SourceName("Oven \\ \"3\" \u00fc")));
        status.loaded(
                Config.DEFAULT_MODEL, new DetectorSwitch(new Detector(FakeBackend.SPEC, 0.1f, new FakeBackend(2, 1))));
        Path page = Files.writeString(dir.resolve("metrics"), get("/metrics").body());

        Process promtool = new ProcessBuilder("promtool", "check", "metrics")
                .redirectInput(page.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(promtool.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(said).isEmpty();
        assertThat(promtool.exitValue()).isZero();
    }

    @Test
    void knowsItsPagesAndMethodsOnly() throws Exception {
        assertThat(get("/").statusCode()).isEqualTo(404);
        assertThat(get("/live/../etc/passwd").statusCode()).isEqualTo(404);
        HttpRequest post =
                request("/live").POST(HttpRequest.BodyPublishers.ofString("x")).build();
        assertThat(CLIENT.send(post, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(405);
        HttpRequest head = request("/live")
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build();
        assertThat(CLIENT.send(head, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
        assertThat(get("/broken").statusCode()).isEqualTo(500);
        assertThat(get("/broken").body()).doesNotContain("secret detail");
        assertThat(get("/unloadable").statusCode()).isEqualTo(500);
    }

    @Test
    void openToEveryNetworkIsWarnedOfOnceAndToThisMachineNot() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(HttpPages.class);
        log.start();
        logger.addAppender(log);
        try (HttpPages open = HttpPages.open(new HttpConfig("0.0.0.0", 0, PLACE), List.of(), http);
                HttpPages own = HttpPages.open(new HttpConfig("127.0.0.1", 0, PLACE), List.of(), http)) {
            assertThat(log.list)
                    .filteredOn(event -> event.getLevel() == Level.WARN)
                    .singleElement()
                    .extracting(ILoggingEvent::getFormattedMessage, InstanceOfAssertFactories.STRING)
                    .contains(":" + open.port())
                    .contains("open to every network");
            assertThat(own.port()).isPositive();
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void aPortInUseIsTheUsersMistakeWithItsLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HttpConfig config = new HttpConfig("127.0.0.1", taken.getLocalPort(), PLACE);

            assertThatThrownBy(() -> HttpPages.open(config, List.of(), http))
                    .isInstanceOf(ConfigException.class)
                    .hasMessage("pipeline.yaml:7: http.port: expected a free port, got " + taken.getLocalPort()
                            + ", which another process uses on 127.0.0.1");
        }
    }

    @Test
    void anAddressOfAnotherMachineIsTheUsersMistake() {
        HttpConfig config = new HttpConfig("192.0.2.1", 0, PLACE);

        assertThatThrownBy(() -> HttpPages.open(config, List.of(), http))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(
                        "pipeline.yaml:7: http.port: expected an address of this machine, got 192.0.2.1");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return CLIENT.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + pages.port() + path))
                .timeout(Duration.ofSeconds(60));
    }

    private static boolean isInstalled(String program) {
        return List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
