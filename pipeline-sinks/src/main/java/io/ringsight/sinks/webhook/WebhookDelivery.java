package io.ringsight.sinks.webhook;

import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.queue.Delivery;
import io.ringsight.sinks.queue.QueuedMessage;
import io.ringsight.sinks.queue.SinkQueue;
import io.ringsight.sinks.queue.SinkStatus;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Posts one message after the other and waits for each answer, so that they arrive in order. What is not answered by a 2xx is
 * posted again, after ever longer pauses; a message that the receiver will never take (400, 413, 415, 422) is refused.
 */
final class WebhookDelivery implements Delivery {
    private static final long FIRST_PAUSE_MS = 200;
    private static final long MAX_PAUSE_MS = 30_000;
    private static final Set<Integer> NEVER = Set.of(400, 413, 415, 422);
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    private final WebhookSpec spec;
    private final SinkQueue queue;
    private final SinkStatus status;
    private final Clock clock;
    /** Null where posts are not signed. */
    private final Signature signature;

    private HttpClient client;
    private long pauseMs = FIRST_PAUSE_MS;

    WebhookDelivery(WebhookSpec spec, SinkQueue queue, SinkStatus status, Clock clock) {
        this.spec = spec;
        this.queue = queue;
        this.status = status;
        this.clock = clock;
        signature = spec.secret().isEmpty() ? null : new Signature(spec.secret());
    }

    @Override
    public long deliver(QueuedMessage queued) throws InterruptedException {
        CompletableFuture<HttpResponse<Void>> answer =
                client().sendAsync(request(queued.message()), HttpResponse.BodyHandlers.discarding());
        try {
            return answered(
                    queued, answer.get(spec.timeoutMs(), TimeUnit.MILLISECONDS).statusCode());
        } catch (TimeoutException e) {
            return later(SinkState.UNREACHABLE, "no answer within " + spec.timeoutMs() + " ms");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            return cause instanceof SSLException
                    ? later(SinkState.TLS_FAILED, String.valueOf(cause.getMessage()))
                    : later(SinkState.UNREACHABLE, cause.getClass().getSimpleName() + detail(cause));
        } finally {
            // also of an answer that never ends
            answer.cancel(true);
        }
    }

    private static String detail(Throwable cause) {
        return cause.getMessage() == null ? "" : ": " + cause.getMessage();
    }

    private HttpClient client() {
        if (client == null) {
            client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofMillis(spec.timeoutMs()))
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();
        }
        return client;
    }

    private HttpRequest request(EncodedMessage message) {
        long timestampS = TimeUnit.NANOSECONDS.toSeconds(clock.epochNanos());
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(spec.url()))
                .timeout(Duration.ofMillis(spec.timeoutMs()))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", message.messageId())
                .header("webhook-id", message.messageId())
                .header("webhook-timestamp", Long.toString(timestampS))
                .POST(HttpRequest.BodyPublishers.ofByteArray(message.bytes()));
        if (signature != null) {
            request.header("webhook-signature", signature.of(message.messageId(), timestampS, message.bytes()));
        }
        return request.build();
    }

    private long answered(QueuedMessage queued, int code) {
        if (code / 100 == 2) {
            pauseMs = FIRST_PAUSE_MS;
            queue.acknowledged(queued);
            status.ready();
            return TAKEN;
        }
        if (NEVER.contains(code)) {
            pauseMs = FIRST_PAUSE_MS;
            status.ready();
            status.refused(queued.message().messageId(), "HTTP " + code);
            queue.refused(queued, "the receiver answered HTTP " + code);
            return TAKEN;
        }
        boolean isOfAccess = code == UNAUTHORIZED || code == FORBIDDEN;
        return later(isOfAccess ? SinkState.AUTH_FAILED : SinkState.REFUSED, "HTTP " + code);
    }

    /** The receiver may take it later. */
    private long later(SinkState state, String detail) {
        status.set(state, detail);
        long pause = pauseMs;
        pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
        return pause;
    }

    @Override
    public void idle() {
        // Nothing is buffered, and each post was answered.
    }

    @Override
    public void restart() {
        client = null;
        queue.rewind();
    }

    @Override
    public void close() {
        client = null;
    }
}
