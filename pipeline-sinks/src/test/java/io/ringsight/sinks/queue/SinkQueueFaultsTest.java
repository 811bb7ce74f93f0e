package io.ringsight.sinks.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.run.Await;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What is thrown at the sink's thread: it goes on, and says what failed. */
class SinkQueueFaultsTest extends AccountedQueue {
    @Test
    void goesOnAfterADeliveryThatThrows() {
        queue = new SinkQueue(metrics, QueueLimits.DEFAULT, clock);
        delivery.of(queue);
        AtomicBoolean thrown = new AtomicBoolean();
        queue.start(new Delivery() {
            @Override
            public long deliver(QueuedMessage message) throws InterruptedException {
                if (thrown.compareAndSet(false, true)) {
                    throw new IllegalStateException("on purpose");
                }
                return delivery.deliver(message);
            }

            @Override
            public void idle() {}

            @Override
            public void close() {
                delivery.close();
            }
        });
        queue.offer(camera.next());
        delivery.answerAtOnce().allow(1).awaitTaken(1);
        assertThat(queue.close(Duration.ofSeconds(240))).isTrue();
    }

    /** It comes while a message is delivered, and again while the thread waits for the next try. */
    @Test
    void aStrayInterruptIsToldAndTheMessageIsDeliveredAllTheSame() {
        open(10);
        queue.offer(camera.next());
        Thread thread = threadOf(metrics.sinkName());
        thread.interrupt();
        Await.until("failed", () -> metrics.state() == SinkState.FAILED);
        assertThat(metrics.detail()).contains("InterruptedException");
        assertThat(metrics.value(SinkCounter.ERRORS)).isEqualTo(1);
        thread.interrupt();
        delivery.answerAtOnce().allow(1).awaitTaken(1);
        Await.until("mended", () -> metrics.state() != SinkState.FAILED);
        assertThat(queue.close(Duration.ofSeconds(240))).isTrue();
    }

    @Test
    void aStrayInterruptOfAnIdleSinkDoesNotEndIt() {
        open(10);
        threadOf(metrics.sinkName()).interrupt();
        Await.until("seen", () -> metrics.value(SinkCounter.ERRORS) == 1);
        queue.offer(camera.next());
        delivery.answerAtOnce().allow(1).awaitTaken(1);
        assertThat(queue.close(Duration.ofSeconds(240))).isTrue();
    }

    private static Thread threadOf(String sink) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("sink-" + sink))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anInterruptOfWhoClosesEndsTheSinkWithoutAnError() {
        open(10);
        queue.offer(camera.next());
        Thread sink = threadOf(metrics.sinkName());
        Await.until("the message's turn", () -> sink.getState() == Thread.State.WAITING);
        Thread closes = new Thread(() -> queue.close(Duration.ofSeconds(300)));
        closes.start();
        Await.until("closing", () -> closes.getState() == Thread.State.TIMED_WAITING);
        closes.interrupt();
        // what is left is counted after the delivery is closed
        Await.until("closed", () -> !closes.isAlive() && !sink.isAlive());
        assertThat(metrics.value(SinkCounter.ERRORS)).isZero();
        assertThat(metrics.value(SinkCounter.FAILED)).isEqualTo(1);
    }

    /** A thread that an Error ended left a sink that said it was ready and took messages for ever. */
    @Test
    void goesOnAfterAnErrorAndSaysFailedMeanwhile() {
        queue = new SinkQueue(metrics, new QueueLimits(10, 1 << 20), clock);
        delivery.of(queue);
        java.util.concurrent.atomic.AtomicInteger restarts = new java.util.concurrent.atomic.AtomicInteger();
        queue.start(new Delivery() {
            private boolean failed;

            @Override
            public long deliver(QueuedMessage message) throws InterruptedException {
                if (!failed) {
                    failed = true;
                    throw new NoClassDefFoundError("on purpose");
                }
                return delivery.deliver(message);
            }

            @Override
            public void restart() {
                restarts.incrementAndGet();
                throw new OutOfMemoryError("on purpose, too");
            }

            @Override
            public void idle() {}

            @Override
            public void close() {
                delivery.close();
            }
        });
        queue.offer(camera.next());
        Await.until("failed", () -> metrics.state() == SinkState.FAILED);
        assertThat(metrics.detail()).contains("started again", "on purpose");
        delivery.answerAtOnce().allow(1).awaitTaken(1);
        Await.until("mended", () -> metrics.state() != SinkState.FAILED);
        assertThat(metrics.value(SinkCounter.ERRORS)).isEqualTo(2);
        assertThat(restarts).hasValue(1);
        assertThat(queue.close(Duration.ofSeconds(240))).isTrue();
    }
}
