package io.ringsight.app.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.config.Place;
import io.ringsight.app.http.events.ServerSentEvents;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.run.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients of a feed that are slow, gone, or too many. */
@Timeout(300)
class EventStreamsTest {
    private final Counters<HttpCounter> metrics = new Counters<>(HttpCounter.class);
    private final List<ServerSentEvents.Listener> listeners = new CopyOnWriteArrayList<>();
    private final List<Socket> clients = new ArrayList<>();
    private volatile boolean refused;
    /** Each feed waits for it before it is open. */
    private volatile CountDownLatch opening = new CountDownLatch(0);

    private HttpPages pages;

    @BeforeEach
    void serve() throws Exception {
        Feed feed = new ServerSentEvents(
                (query, listener) -> {
                    if (refused) {
                        throw QueryException.wrong("not today");
                    }
                    listeners.add(listener);
                    awaitOpened();
                    return () -> listeners.remove(listener);
                },
                metrics);
        pages = HttpPages.open(
                new HttpConfig("127.0.0.1", 0, new Place(Path.of("pipeline.yaml"), 7, "http.port")),
                List.of(new Route("GET", "/feed", Role.ANYONE, feed)),
                metrics);
    }

    @AfterEach
    void close() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        pages.close();
    }

    private void awaitOpened() {
        try {
            opening.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private BufferedReader connect() throws IOException {
        Socket client = RawHttp.connect(pages.port());
        clients.add(client);
        client.getOutputStream()
                .write("GET /feed HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
    }

    private static String next(BufferedReader from, String prefix) throws IOException {
        for (String line = from.readLine(); line != null; line = from.readLine()) {
            if (line.startsWith(prefix)) {
                return line;
            }
        }
        throw new AssertionError("the stream ended");
    }

    @Test
    void whatASlowClientHasNoRoomForIsDroppedAndToldAsANumber() throws Exception {
        BufferedReader slow = connect();
        Await.until(() -> listeners.size() == 1);
        byte[] large = "x".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
        int told = 0;
        while (metrics.value(HttpCounter.EVENTS_DROPPED) < 50) {
            listeners.get(0).hear("frame", large);
            told++;
        }
        long dropped = metrics.value(HttpCounter.EVENTS_DROPPED);

        int heard = 0;
        long toldDropped = 0;
        while (heard + toldDropped < told) {
            String event = next(slow, "event: ");
            String data = next(slow, "data: ");
            if (event.equals("event: dropped")) {
                toldDropped += Long.parseLong(data.substring(6));
            } else {
                heard++;
            }
        }
        assertThat(toldDropped).isEqualTo(dropped);
        assertThat(heard).isEqualTo(told - dropped);
    }

    @Test
    void aClientThatIsGoneIsForgotten() throws Exception {
        connect();
        Await.until(() -> listeners.size() == 1);

        clients.get(0).close();

        Await.until(listeners::isEmpty);
    }

    @Test
    void aStreamOutlivesTheTimeIdleConnectionsHave() throws Exception {
        BufferedReader quiet = connect();
        for (int i = 0; i < 5; i++) {
            assertThat(next(quiet, ":"))
                    .as("a sign of life every three seconds")
                    .isEqualTo(":");
        }
        listeners.get(0).hear("gap", "still there".getBytes(StandardCharsets.US_ASCII));
        assertThat(next(quiet, "data: ")).isEqualTo("data: still there");
    }

    @Test
    void thereAreAtMostThirtyTwoEvenWhileTheLastOneIsStillBeingOpened() throws Exception {
        for (int i = 0; i < 31; i++) {
            connect();
        }
        Await.until(() -> listeners.size() == 31);
        opening = new CountDownLatch(1);
        BufferedReader last = connect();
        Await.until(() -> listeners.size() == 32);

        assertThat(connect().readLine()).isEqualTo("HTTP/1.1 503 Service Unavailable");
        opening.countDown();
        assertThat(last.readLine()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(listeners).hasSize(32);
    }

    @Test
    void aStreamThatIsRefusedOrOverLeavesItsPlaceToOthers() throws Exception {
        refused = true;
        for (int i = 0; i < 32; i++) {
            assertThat(connect().readLine()).isEqualTo("HTTP/1.1 400 Bad Request");
        }
        refused = false;
        for (int i = 0; i < 32; i++) {
            assertThat(connect().readLine()).isEqualTo("HTTP/1.1 200 OK");
        }
        for (Socket client : clients) {
            client.close();
        }
        Await.until(listeners::isEmpty);

        assertThat(connect().readLine()).isEqualTo("HTTP/1.1 200 OK");
    }
}
