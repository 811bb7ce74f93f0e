package io.ringsight.sinks.mqtt;

import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.queue.Delivery;
import io.ringsight.sinks.queue.QueuedMessage;
import io.ringsight.sinks.queue.SinkQueue;
import io.ringsight.sinks.queue.SinkStatus;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Publishes one message after the other and waits for the broker's answer, so that they arrive in order. What is not answered
 * is sent again by a new connection: the client's own would send it behind others, or give it up with its session. While
 * connected, {@code TOPIC/status} is {@code online}, and {@code offline} as soon as the broker notices that it is not.
 */
final class MqttDelivery implements Delivery {
    private static final long FIRST_PAUSE_MS = 200;
    private static final long MAX_PAUSE_MS = 5_000;
    private static final long CONNECT_LIMIT_MS = 1_000;
    private static final long GOODBYE_MS = 1_000;
    /** Name, network, TLS, the broker's answer, and the answer to {@code online}. */
    private static final int STEPS = 5;

    private final MqttSpec spec;
    private final SinkQueue queue;
    private final SinkStatus status;
    private final Clock clock;

    /** Null between two connections. */
    private MqttLink link;
    /** Done when the link is connected and has said so. */
    private CompletableFuture<?> opening;

    private boolean isOpen;

    private long pauseMs = FIRST_PAUSE_MS;
    private long retryAtNs;

    MqttDelivery(MqttSpec spec, SinkQueue queue, SinkStatus status, Clock clock) {
        this.spec = spec;
        this.queue = queue;
        this.status = status;
        this.clock = clock;
        retryAtNs = clock.nanoTime();
    }

    @Override
    public boolean connect() throws InterruptedException {
        return isOpenWithin(CONNECT_LIMIT_MS);
    }

    @Override
    public long deliver(QueuedMessage queued) throws InterruptedException {
        if (!isOpenWithin(STEPS * spec.timeoutMs())) {
            if (link != null) {
                failed(new MqttFailure(SinkState.UNREACHABLE, false, "no answer within " + spec.timeoutMs() + " ms"));
            }
            return Math.max(1, TimeUnit.NANOSECONDS.toMillis(retryAtNs - clock.nanoTime()));
        }
        MqttLink.Post post = new MqttLink.Post(
                spec.topicOf(queued.message()), queued.message().bytes(), false);
        try {
            link.publish(post, queued.message().messageId()).get(spec.timeoutMs(), TimeUnit.MILLISECONDS);
            pauseMs = FIRST_PAUSE_MS;
            queue.acknowledged(queued);
            status.ready();
            return TAKEN;
        } catch (TimeoutException e) {
            return failed(
                    new MqttFailure(SinkState.UNREACHABLE, false, "no answer within " + spec.timeoutMs() + " ms"));
        } catch (ExecutionException e) {
            return refused(queued, MqttFailure.of(e));
        }
    }

    private long refused(QueuedMessage queued, MqttFailure failure) {
        if (!failure.isFinal()) {
            return failed(failure);
        }
        status.refused(queued.message().messageId(), failure.detail());
        queue.refused(queued, failure.detail());
        return TAKEN;
    }

    /** Whether there is a connection, perhaps a new one. */
    private boolean isOpenWithin(long ms) throws InterruptedException {
        if (link != null && opening.isDone() && !link.isConnected()) {
            failed(new MqttFailure(SinkState.UNREACHABLE, false, "the connection broke"));
        }
        if (link == null && clock.nanoTime() - retryAtNs < 0) {
            return false;
        }
        try {
            if (link == null) {
                link = MqttLink.to(spec.broker(), spec.timeoutMs());
                MqttLink made = link;
                opening =
                        made.connect(Optional.of(said("offline"))).thenCompose(any -> made.publish(said("online"), ""));
            }
            opening.get(ms, TimeUnit.MILLISECONDS);
            if (!isOpen) {
                isOpen = true;
                status.ready();
            }
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            failed(MqttFailure.of(e));
            return false;
        }
    }

    private MqttLink.Post said(String state) {
        return new MqttLink.Post(spec.statusTopic(), state.getBytes(StandardCharsets.UTF_8), true);
    }

    /** Gives the connection up. Returns how long to wait before the next. */
    private long failed(MqttFailure failure) {
        status.set(failure.state(), failure.detail());
        drop();
        long pause = pauseMs;
        pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
        retryAtNs = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause);
        return pause;
    }

    private void drop() {
        if (link != null) {
            MqttLink left = link;
            link = null;
            isOpen = false;
            // one that is still being made is ended when it is there
            opening.handle((any, failure) -> left.disconnect());
        }
    }

    /** Looks after the connection, so that the state in the broker is true although no message comes. */
    @Override
    public void idle() throws InterruptedException {
        isOpenWithin(0);
    }

    @Override
    public void restart() {
        drop();
        queue.rewind();
    }

    @Override
    public void close() {
        if (link != null && link.isConnected()) {
            try {
                link.publish(said("offline"), "").get(GOODBYE_MS, TimeUnit.MILLISECONDS);
                link.disconnect().get(GOODBYE_MS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (TimeoutException | ExecutionException e) {
                // the broker says so in our place, as soon as it misses us
            }
        }
        drop();
    }
}
