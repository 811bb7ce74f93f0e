package io.ringsight.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.config.Place;
import io.ringsight.core.metrics.Counters;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that are slow, many, or say too much. */
@Timeout(240)
class HttpLimitsTest {
    private static final String LOCAL = "Host: localhost\r\n";
    /** More than one connection holds on its way. */
    private static final int LARGE = 8 << 20;

    private final Counters<HttpCounter> metrics = new Counters<>(HttpCounter.class);
    private final List<Socket> clients = new ArrayList<>();
    private HttpPages pages;

    @BeforeEach
    void serve() throws Exception {
        pages = HttpPages.open(
                new HttpConfig("127.0.0.1", 0, new Place(Path.of("pipeline.yaml"), 7, "http.port")),
                List.of(
                        Route.open("/live", () -> Page.Answer.text(200, "live\n")),
                        Route.open("/large", () -> Page.Answer.text(200, "x".repeat(LARGE)))),
                metrics);
    }

    @AfterEach
    void close() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        pages.close();
    }

    private void connect(String said) throws IOException {
        Socket client = RawHttp.connect(pages.port());
        clients.add(client);
        try {
            client.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException evicted) {
            // It may have been thrown out already.
        }
    }

    private void assertProbesAreAnswered() throws IOException {
        for (int i = 0; i < 100; i++) {
            assertThat(RawHttp.get(pages.port(), "/live", LOCAL))
                    .as("probe %d", i)
                    .startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void aHundredProbesAreAnsweredWhileTwoHundredClientsAreSlow() throws Exception {
        for (int i = 0; i < 200; i++) {
            connect(i % 4 == 0 ? "" : "GET /live HTTP/1.1\r\nHost:");
        }
        assertProbesAreAnswered();
        assertThat(metrics.value(HttpCounter.CONNECTIONS_EVICTED)).isZero();
    }

    @Test
    void aHundredProbesAreAnsweredWhileMoreClientsAreSlowThanThereMayBe() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            connect(i % 4 == 0 ? "" : "GET /live HTTP/1.1\r\nHost:");
        }
        assertProbesAreAnswered();
        assertThat(metrics.value(HttpCounter.CONNECTIONS_EVICTED)).isBetween(400L, 700L);
    }

    /** Each has a page of 8 MB on its way, which it does not take. */
    @Test
    void aHundredProbesAreAnsweredWhileClientsDoNotReadWhatTheyAskedFor() throws Exception {
        for (int i = 0; i < 100; i++) {
            connect(("GET /large HTTP/1.1\r\n" + LOCAL + "\r\n").repeat(3));
        }
        assertProbesAreAnswered();
    }

    @Test
    void whoUsesItsConnectionKeepsItWhileOthersAreEvicted() throws Exception {
        Socket used = RawHttp.connect(pages.port());
        clients.add(used);
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 300; k++) {
                connect("");
            }
            used.getOutputStream()
                    .write(("GET /live HTTP/1.1\r\n" + LOCAL + "\r\n").getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(used.getInputStream().readNBytes(15), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 200 OK");
            readToTheEndOfLive(used);
        }
        assertThat(metrics.value(HttpCounter.CONNECTIONS_EVICTED)).isPositive();
    }

    private static void readToTheEndOfLive(Socket client) throws IOException {
        StringBuilder text = new StringBuilder();
        while (!text.toString().endsWith("\r\n\r\nlive\n")) {
            text.append((char) client.getInputStream().read());
        }
    }

    @Test
    void aClientThatSaysNothingIsCutOff() throws Exception {
        try (Socket silent = RawHttp.connect(pages.port())) {
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void requestsThatAreTooLargeAreRefusedAndNothingOfThemIsSaid() throws Exception {
        String large = "script".repeat(2_000);
        assertRefused(431, RawHttp.get(pages.port(), "/live", LOCAL + "X: " + large + "\r\n"));
        assertRefused(414, RawHttp.get(pages.port(), "/live?" + large, LOCAL));
        assertRefused(
                405,
                RawHttp.send(
                        pages.port(),
                        "POST /live HTTP/1.1\r\n" + LOCAL + "Content-Length: 9999999999\r\nConnection: close\r\n\r\n"
                                + large));
        assertThat(RawHttp.get(pages.port(), "/live", LOCAL)).startsWith("HTTP/1.1 200 OK");
    }

    private static void assertRefused(int status, String answer) {
        assertThat(RawHttp.status(answer)).as(answer).isEqualTo(status);
        assertThat(answer).doesNotContain("script", "jetty", "Jetty", "Exception", "<html");
        assertThat(answer).contains("X-Content-Type-Options: nosniff");
    }
}
