package io.ringsight.sinks.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageJson;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.MessageType;
import io.ringsight.sinks.Sample;
import io.ringsight.sinks.SelectedMessages;
import io.ringsight.sinks.open.Sinks;
import io.ringsight.sinks.queue.Delivery;
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.queue.QueuedMessage;
import io.ringsight.sinks.spool.SpoolSpec;
import io.ringsight.sinks.verdict.SampleVerdicts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A web server that fails, is slow, and comes back. */
class WebhookSinkTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    @TempDir
    private Path dir;

    private final MessageJson json = Sample.json(Clock.system());
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> taken = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch slow = new CountDownLatch(1);
    /** HTTP status by the number of the request, from 1; 0: no answer before the end. */
    private volatile IntUnaryOperator answers = number -> 204;

    private HttpServer server;
    private String lastSignature;
    private String lastTimestamp;
    private String lastBody;

    private int serve(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        lastBody = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String id = exchange.getRequestHeaders().getFirst("webhook-id");
        lastSignature = exchange.getRequestHeaders().getFirst("webhook-signature");
        lastTimestamp = exchange.getRequestHeaders().getFirst("webhook-timestamp");
        assertThat(exchange.getRequestHeaders().getFirst("Idempotency-Key")).isEqualTo(id);
        asked.add(id);
        int status = answers.applyAsInt(asked.size());
        if (status == 0) {
            await(slow);
        }
        if (status == 204) {
            taken.add(id);
        }
        exchange.sendResponseHeaders(status == 0 ? 503 : status, -1);
        exchange.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void stop() {
        slow.countDown();
        if (server != null) {
            server.stop(0);
        }
        threads.shutdownNow();
    }

    private MessageSink open(int port, long timeoutMs, Optional<SpoolSpec> spool) {
        return open(port, timeoutMs, spool, QueueLimits.DEFAULT);
    }

    private MessageSink open(int port, long timeoutMs, Optional<SpoolSpec> spool, QueueLimits limits) {
        WebhookSpec spec =
                new WebhookSpec("http://127.0.0.1:" + port + "/verdicts?token=t", SECRET, timeoutMs, limits, spool);
        // as the daemon does
        return SelectedMessages.of(List.of(MessageType.VERDICT), WebhookSink.open(spec, Clock.system()));
    }

    private List<String> offer(MessageSink sink, int from, int to) {
        List<EncodedMessage> messages = IntStream.rangeClosed(from, to)
                .mapToObj(i -> json.decision(SampleVerdicts.pass(i, "A" + i), 1))
                .toList();
        messages.forEach(sink::offer);
        return messages.stream().map(EncodedMessage::messageId).toList();
    }

    @Test
    void verdictsArriveInOrderSignedAndNothingElseDoes() throws Exception {
        MessageSink sink = open(serve(0), 5_000, Optional.empty());
        sink.offer(json.frame(Sample.frame("line1", 1, 0)));
        List<String> ids = offer(sink, 1, 20);
        assertThat(sink.close(LIMIT)).isTrue();
        assertThat(taken).isEqualTo(ids);
        assertThat(sink.metrics().value(SinkCounter.OFFERED)).isEqualTo(20);
        assertThat(sink.name()).doesNotContain("token");
        assertThat(lastSignature)
                .isEqualTo(new Signature(SECRET)
                        .of(ids.get(19), Long.parseLong(lastTimestamp), lastBody.getBytes(StandardCharsets.UTF_8)));
    }

    /** The example of the specification of Standard Webhooks. */
    @Test
    void signsAsTheStandardSays() {
        assertThat(new Signature(SECRET)
                        .of(
                                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                1_614_265_330L,
                                "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void aServerThatFailsGetsEachVerdictAgainUntilItTakesIt() throws Exception {
        answers = number -> number % 3 == 0 ? 204 : number % 3 == 1 ? 500 : 429;
        MessageSink sink = open(serve(0), 5_000, Optional.empty());
        List<String> ids = offer(sink, 1, 3);
        Await.until("all taken", () -> taken.size() == 3);
        assertThat(taken).isEqualTo(ids);
        assertThat(sink.metrics().value(SinkCounter.RETRIES)).isGreaterThanOrEqualTo(6);
        assertThat(sink.close(LIMIT)).isTrue();
    }

    @Test
    void aServerThatDoesNotAnswerInTimeIsAskedAgain() throws Exception {
        answers = number -> number == 1 ? 0 : 204;
        MessageSink sink = open(serve(0), 300, Optional.empty());
        List<String> ids = offer(sink, 1, 2);
        Await.until("both taken", () -> taken.containsAll(ids));
        // a busy machine may answer others too late, which are then posted again
        assertThat(taken.stream().distinct()).containsExactlyElementsOf(ids);
        assertThat(asked.get(0)).isEqualTo(asked.get(1));
        assertThat(sink.close(LIMIT)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 413, 415, 422})
    void aVerdictThatIsNeverTakenIsLeftOutAndToldAndTheOthersGoOn(int never) throws Exception {
        answers = number -> number == 2 ? never : 204;
        MessageSink sink = open(serve(0), 60_000, Optional.empty());
        List<String> ids = offer(sink, 1, 3);
        assertThat(sink.close(LIMIT)).isTrue();
        String told = ids.get(0).replace("/v1", "/n1");
        assertThat(taken).containsExactly(ids.get(0), told, ids.get(2));
        assertThat(sink.metrics().value(SinkCounter.FAILED)).isEqualTo(1);
    }

    @Test
    void aServerThatRefusesAVerdictIsNoLongerSaidToBeAway() throws Exception {
        answers = number -> number == 1 ? 401 : 422;
        MessageSink sink = open(serve(0), 5_000, Optional.empty());
        offer(sink, 1, 1);
        Await.until(
                "the verdict and what is told of it refused",
                () -> sink.metrics().value(SinkCounter.FAILED) == 2);
        assertThat(sink.metrics().state()).isEqualTo(SinkState.READY);
        assertThat(sink.close(LIMIT)).isTrue();
    }

    @Test
    void thatVerdictsFoundNoRoomIsToldInTheirPlace() throws Exception {
        answers = number -> number == 1 ? 0 : 204;
        MessageSink sink = open(serve(0), 60_000, Optional.empty(), new QueueLimits(4, 1 << 20));
        List<String> ids = offer(sink, 1, 6);
        assertThat(sink.metrics().value(SinkCounter.DROPPED_QUEUE_FULL)).isEqualTo(2);
        slow.countDown();
        Await.until("four taken, and what is lost", () -> taken.size() == 5);
        assertThat(taken.subList(0, 4)).isEqualTo(ids.subList(0, 4));
        assertThat(lastBody).contains("\"type\":\"gap\"", "\"reason\":\"not-published\"", "2 messages");
        assertThat(sink.close(LIMIT)).isTrue();
    }

    @Test
    void aPortThatCannotBeIsRefused() {
        WebhookSpec spec =
                new WebhookSpec("http://gate.example:65536/", "", 5_000, QueueLimits.DEFAULT, Optional.empty());
        assertThat(spec.problems()).containsOnlyKeys("url");
        assertThat(spec.problems().get("url")).contains("got port 65536");
    }

    @Test
    void aServerThatIsAwayGetsAllWhenItComesBackAlsoAfterARestart() throws Exception {
        int port = serve(0);
        server.stop(0);
        Optional<SpoolSpec> spool = Optional.of(new SpoolSpec(dir.resolve("spool")));
        MessageSink before = open(port, 60_000, spool);
        List<String> ids = offer(before, 1, 5);
        Await.until("on the disk", () -> before.metrics().value(SinkCounter.SPOOLED) == 5);
        Await.until("known to be away", () -> before.metrics().state() == SinkState.UNREACHABLE);
        assertThat(before.close(Duration.ZERO)).isFalse();

        MessageSink after = open(port, 60_000, spool);
        serve(port);
        Await.until("all taken", () -> taken.size() == 5);
        assertThat(taken).isEqualTo(ids);
        assertThat(after.close(LIMIT)).isTrue();
    }

    /** Else each hiccup of a receiver would cost more than the last, for as long as the daemon runs. */
    @ParameterizedTest
    @ValueSource(ints = {204, 422})
    void thePauseBetweenTriesGrowsAndBeginsAnewWithTheNextAnswer(int answer) throws Exception {
        answers = number -> number == 3 ? answer : number < 5 ? 503 : 204;
        WebhookSpec spec = new WebhookSpec(
                "http://127.0.0.1:" + serve(0) + "/", SECRET, 60_000, QueueLimits.DEFAULT, Optional.empty());
        List<Long> pauses = new CopyOnWriteArrayList<>();
        Clock clock = Clock.system();
        MessageSink sink = Sinks.open(
                new SinkMetrics(spec.name()),
                spec.limits(),
                spec.spool(),
                clock,
                (queue, status) -> noting(pauses, new WebhookDelivery(spec, queue, status, clock)));
        offer(sink, 1, 2);
        assertThat(sink.close(LIMIT)).isTrue();
        assertThat(pauses).startsWith(200L, 400L, Delivery.TAKEN, 200L, Delivery.TAKEN);
    }

    private static Delivery noting(List<Long> pauses, Delivery delivery) {
        return new Delivery() {
            @Override
            public long deliver(QueuedMessage message) throws InterruptedException {
                long pauseMs = delivery.deliver(message);
                pauses.add(pauseMs);
                return pauseMs;
            }

            @Override
            public void idle() throws InterruptedException {
                delivery.idle();
            }

            @Override
            public void close() {
                delivery.close();
            }
        };
    }

    @Test
    void whoMayNotPostIsTold() throws Exception {
        answers = number -> number == 1 ? 401 : 204;
        MessageSink sink = open(serve(0), 5_000, Optional.empty());
        offer(sink, 1, 1);
        Await.until("seen", () -> sink.metrics().state() == SinkState.AUTH_FAILED || !taken.isEmpty());
        Await.until("taken", () -> taken.size() == 1);
        assertThat(sink.close(LIMIT)).isTrue();
    }
}
