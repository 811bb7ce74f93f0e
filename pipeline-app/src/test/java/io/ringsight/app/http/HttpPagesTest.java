package io.ringsight.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringsight.app.Status;
import io.ringsight.app.config.ConfigException;
import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.config.Place;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.time.ManualClock;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpPagesTest {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private static final Place PLACE = new Place(Path.of("pipeline.yaml"), 7, "http.port");

    private final ManualClock clock = new ManualClock(0);
    private final Status status = new Status(clock);
    private final SourceMetrics line1 = new SourceMetrics("line1");
    private final SourceMetrics line2 = new SourceMetrics("line2");
    private final SinkMetrics kafka = new SinkMetrics("kafka:detections");
    private HttpPages pages;

    @TempDir
    private Path dir;

    @BeforeEach
    void serve() throws Exception {
        status.sources(List.of(line1, line2));
        status.add(kafka);
        Map<String, Page> served = new LinkedHashMap<>();
        served.put("/live", HealthPages.live());
        served.put("/ready", HealthPages.ready(status));
        served.put("/metrics", new MetricsPage(status));
        served.put("/broken", () -> {
            throw new IllegalStateException("secret detail");
        });
        pages = HttpPages.open(new HttpConfig("127.0.0.1", 0, PLACE), served);
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

        status.loaded(new Status.Model(FakeBackend.SPEC, new FakeBackend(2, 1)));
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
    void metricsHoldEveryCounterOfEverySourceAndSink() throws Exception {
        line1.count(Counter.FRAMES_DECODED, 1_234_567_890_123L);
        line1.recordLatencyNs(20_000_000);
        kafka.count(SinkCounter.ACKNOWLEDGED, 5);
        kafka.queued(3, 2_000);
        FakeBackend backend = new FakeBackend(2, 1);
        backend.metrics().count(BackendCounter.GRAPHS_OFF);
        status.loaded(new Status.Model(FakeBackend.SPEC, backend));

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
        for (BackendCounter counter : BackendCounter.values()) {
            assertThat(answer.body()).contains("ringsight_backend_" + counter.metricName() + "_total ");
        }
        assertThat(answer.body())
                .contains("ringsight_backend_graphs_off_total 1.0")
                .contains("ringsight_frames_decoded_total{source=\"line1\"} 1.234567890123E12")
                .contains("ringsight_sink_queue_messages{sink=\"kafka:detections\"} 3.0")
                .contains("ringsight_latency_seconds_count{source=\"line1\"} 1")
                .containsPattern("ringsight_latency_seconds\\{source=\"line1\",quantile=\"0.99\"} 0\\.0(19|20)")
                .contains("ringsight_source_state{source=\"line1\",state=\"connecting\"} 1.0")
                .contains("process_resident_memory_bytes ");
    }

    @Test
    void promtoolAcceptsTheMetrics() throws Exception {
        assumeTrue(isInstalled("promtool"), "no promtool on the PATH; run scripts/rig/setup.sh observers");
        line1.recordLatencyNs(20_000_000);
        status.loaded(new Status.Model(FakeBackend.SPEC, new FakeBackend(2, 1)));
        Path page = Files.writeString(dir.resolve("metrics"), get("/metrics").body());

        Process promtool = new ProcessBuilder("promtool", "check", "metrics")
                .redirectInput(page.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(promtool.waitFor(30, TimeUnit.SECONDS)).isTrue();
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
    }

    @Test
    void clientsThatSaySlowlyOrNothingKeepNobodyOut() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), pages.port());
                socket.getOutputStream().write("GET /live HTTP/1.1\r\nHost:".getBytes(StandardCharsets.US_ASCII));
                slow.add(socket);
            }
            assertThat(get("/live").statusCode()).isEqualTo(200);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void aPortInUseIsTheUsersMistakeWithItsLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HttpConfig config = new HttpConfig("127.0.0.1", taken.getLocalPort(), PLACE);

            assertThatThrownBy(() -> HttpPages.open(config, Map.of()))
                    .isInstanceOf(ConfigException.class)
                    .hasMessage("pipeline.yaml:7: http.port: expected a free port, came " + taken.getLocalPort()
                            + ", which another process uses on 127.0.0.1");
        }
    }

    @Test
    void anAddressOfAnotherMachineIsTheUsersMistake() {
        HttpConfig config = new HttpConfig("192.0.2.1", 0, PLACE);

        assertThatThrownBy(() -> HttpPages.open(config, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(
                        "pipeline.yaml:7: http.port: expected an address of this machine, came 192.0.2.1");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return CLIENT.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + pages.port() + path))
                .timeout(Duration.ofSeconds(40));
    }

    private static boolean isInstalled(String program) {
        return List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
