package io.ringsight.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.config.Place;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.run.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many who ask for the same page at once. */
@Timeout(300)
class PageFloodTest {
    private static final int CLIENTS = 100;
    private static final int LOOK_MS = 60_000;

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
        Counters<HttpCounter> metrics = new Counters<>(HttpCounter.class);
        HttpConfig config = new HttpConfig("127.0.0.1", 0, new Place(Path.of("pipeline.yaml"), 7, "http.port"));
        try (HttpPages open = HttpPages.open(
                config,
                List.of(
                        Route.open("/live", () -> Page.Answer.text(200, "live\n")),
                        Route.open("/metrics", this::costly)),
                metrics)) {
            List<Future<String>> floods = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                floods.add(clients.submit(() -> get(open.port(), "/metrics")));
            }
            Await.until(() -> metrics.value(HttpCounter.REQUESTS) == CLIENTS && nobodyIsAboutToAsk());
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

    /** A request is counted before its page is asked for: no thread is between the two, but for the one that computes. */
    private static boolean nobodyIsAboutToAsk() {
        return Thread.getAllStackTraces().values().stream()
                .map(Arrays::toString)
                .noneMatch(stack -> stack.contains("PageHandler.handle(") && !stack.contains("PageFloodTest.costly("));
    }

    private static String get(int port, String path) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(LOOK_MS);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void noAnswerIsOlderThanItsQuestionAndThoseWhoAskMeanwhileShareTheNext() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        SharedPage page = new SharedPage(() -> {
            begun.countDown();
            await(go);
            return Page.Answer.text(200, Integer.toString(computed.incrementAndGet()));
        });
        Future<String> first = clients.submit(() -> text(page.answer().get()));
        begun.await();
        List<CompletableFuture<Page.Answer>> meanwhile = List.of(page.answer(), page.answer(), page.answer());
        assertThat(meanwhile).as("nobody waits in a thread").noneMatch(CompletableFuture::isDone);
        go.countDown();
        assertThat(first.get()).isEqualTo("1");
        for (CompletableFuture<Page.Answer> each : meanwhile) {
            assertThat(text(each.get(60, TimeUnit.SECONDS))).isEqualTo("2");
        }
        assertThat(text(page.answer().get(60, TimeUnit.SECONDS))).isEqualTo("3");
    }

    @Test
    void aComputationThatFailedIsNobodyElsesAnswer() throws Exception {
        SharedPage page = new SharedPage(() -> {
            if (computed.incrementAndGet() == 1) {
                throw new IllegalStateException("on purpose");
            }
            return Page.Answer.text(200, Integer.toString(computed.get()));
        });
        assertThat(catchThrowable(() -> page.answer().get())).hasRootCauseMessage("on purpose");
        assertThat(text(page.answer().get(60, TimeUnit.SECONDS))).isEqualTo("2");
    }

    private static String text(Page.Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
