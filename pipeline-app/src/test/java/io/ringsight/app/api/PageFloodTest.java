package io.ringsight.app.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.config.Place;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many who ask for the same page at once. */
@Timeout(120)
class PageFloodTest {
    private static final int CLIENTS = 100;
    private static final int LOOK_MS = 30_000;

    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger mostInside = new AtomicInteger();
    private final AtomicInteger computed = new AtomicInteger();
    private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    private final CountDownLatch othersAsk = new CountDownLatch(1);

    @AfterEach
    void stop() throws InterruptedException {
        othersAsk.countDown();
        clients.shutdown();
        assertThat(clients.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }

    /** A page whose first computation lasts until all others ask. */
    private Page.Answer costly() {
        mostInside.accumulateAndGet(inside.incrementAndGet(), Math::max);
        if (computed.get() == 0) {
            await(othersAsk);
        }
        inside.decrementAndGet();
        return Page.Answer.text(200, "computed " + computed.incrementAndGet() + "\n");
    }

    /** Each was computed by a thread of its own: two cores had no time for the probes for seconds. */
    @Test
    void aHundredWhoAskForMetricsAtOnceCostOneComputationAndProbesAreAnswered() throws Exception {
        Map<String, Page> pages = new LinkedHashMap<>();
        pages.put("/live", HealthPages.live());
        pages.put("/metrics", this::costly);
        HttpConfig config = new HttpConfig("127.0.0.1", 0, new Place(Path.of("pipeline.yaml"), 7, "http.port"));
        try (HttpPages open = HttpPages.open(config, pages)) {
            List<Future<String>> floods = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                floods.add(clients.submit(() -> get(open.port(), "/metrics")));
            }
            while (waiting() < CLIENTS - 1) {
                LockSupport.parkNanos(1_000_000);
            }
            for (int i = 0; i < 30; i++) {
                assertThat(get(open.port(), "/live")).as("probe %d", i).contains("200 OK");
            }
            othersAsk.countDown();
            for (Future<String> flood : floods) {
                assertThat(flood.get(60, TimeUnit.SECONDS)).contains("200 OK", "computed ");
            }
            assertThat(mostInside).hasValue(1);
            assertThat(computed)
                    .as("the first, and one for all who asked meanwhile")
                    .hasValue(2);
        }
    }

    private static long waiting() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("http-") && thread.getState() == Thread.State.BLOCKED)
                .count();
    }

    private static String get(int port, String path) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(LOOK_MS);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void noAnswerIsOlderThanItsQuestionAndThoseWhoAskMeanwhileShareTheNext() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Page page = new SharedPage(() -> {
            begun.countDown();
            await(go);
            return Page.Answer.text(200, Integer.toString(computed.incrementAndGet()));
        });
        Future<String> first = clients.submit(() -> text(page));
        begun.await();
        List<Thread> waiting = new ArrayList<>();
        CyclicBarrier started = new CyclicBarrier(4);
        List<Future<String>> meanwhile = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            meanwhile.add(clients.submit(() -> {
                synchronized (waiting) {
                    waiting.add(Thread.currentThread());
                }
                started.await();
                return text(page);
            }));
        }
        started.await();
        while (waiting.stream().anyMatch(thread -> thread.getState() != Thread.State.BLOCKED)) {
            LockSupport.parkNanos(1_000_000);
        }
        go.countDown();
        assertThat(first.get()).isEqualTo("1");
        for (Future<String> each : meanwhile) {
            assertThat(each.get()).isEqualTo("2");
        }
        assertThat(text(page)).isEqualTo("3");
    }

    @Test
    void aComputationThatFailedIsNobodyElsesAnswer() {
        Page page = new SharedPage(() -> {
            if (computed.incrementAndGet() == 1) {
                throw new IllegalStateException("on purpose");
            }
            return Page.Answer.text(200, Integer.toString(computed.get()));
        });
        assertThat(catchThrowable(page::answer)).hasMessage("on purpose");
        assertThat(text(page)).isEqualTo("2");
    }

    private static String text(Page page) {
        return new String(page.answer().body(), StandardCharsets.UTF_8);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
