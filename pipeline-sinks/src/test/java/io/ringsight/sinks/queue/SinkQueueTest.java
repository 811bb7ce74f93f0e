package io.ringsight.sinks.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.verify.Findings;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.run.Await;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.EncodedMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Order, losses and answers. */
class SinkQueueTest extends AccountedQueue {
    @Test
    void closesAtOnceThoughTheReceiverNeverAnswersTheFirstCall() throws InterruptedException {
        CountDownLatch connecting = new CountDownLatch(1);
        AtomicBoolean closed = new AtomicBoolean();
        SinkQueue slow = new SinkQueue(metrics, new QueueLimits(10, 1 << 20), clock);
        slow.start(new Delivery() {
            @Override
            public boolean connect() throws InterruptedException {
                connecting.countDown();
                new CountDownLatch(1).await();
                return true;
            }

            @Override
            public long deliver(QueuedMessage message) {
                return TAKEN;
            }

            @Override
            public void idle() {}

            @Override
            public void close() {
                closed.set(true);
            }
        });
        connecting.await();
        assertThat(slow.awaitConnected(Duration.ZERO)).isFalse();
        assertThat(slow.close(Duration.ofSeconds(240))).isTrue();
        assertThat(closed).isTrue();
    }

    @Test
    void deliversInOrderAndMeasuresUntilTheAnswer() {
        open(10);
        queue.offer(camera.next());
        queue.offer(camera.next(3));
        queue.offer(camera.gap(0));
        delivery.allow(10).awaitTaken(3);
        assertThat(delivery.takenIds()).containsExactly("1", "5", "g1");
        clock.advanceMs(20);
        delivery.acknowledge(1);
        assertThat(metrics.value(SinkCounter.ACKNOWLEDGED)).isEqualTo(1);
        assertThat(metrics.queuedMessages()).isEqualTo(3 - 1);
        delivery.acknowledge(0);
        delivery.acknowledge(2);
        delivery.acknowledge(2);
        assertThat(metrics.value(SinkCounter.ACKNOWLEDGED)).isEqualTo(3);
        assertThat(metrics.ackLatencyUs().getMaxValue()).isBetween(19_900L, 20_300L);
        assertThat(queue.close(Duration.ofSeconds(240))).isTrue();
        assertThat(metrics.state()).isEqualTo(SinkState.CLOSED);
    }

    @Test
    void tellsInPlaceWhatItHadNoRoomFor() {
        open(2);
        assertThat(queue.offer(camera.next())).isTrue();
        assertThat(queue.offer(camera.next())).isTrue();
        assertThat(queue.offer(camera.next(2))).isFalse();
        assertThat(queue.offer(camera.gap(1))).isFalse();
        assertThat(queue.offer(camera.next())).isFalse();
        delivery.answerAtOnce().allow(3).awaitTaken(3);
        queue.offer(camera.next());
        delivery.allow(1).awaitTaken(4);
        assertThat(delivery.takenIds()).containsExactly("1", "2", "n1", "8");
        assertThat(metrics.value(SinkCounter.DROPPED_QUEUE_FULL)).isEqualTo(3);
        assertThat(metrics.value(SinkCounter.GAPS_ADDED)).isEqualTo(1);
        Findings findings = verify(delivery.taken());
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.frames()).isEqualTo(3);
        assertThat(findings.gapFrames()).isEqualTo(Map.of("not-published", 2L, "overload", 3L));
    }

    @Test
    void tellsOfALossEvenIfNothingComesAfterIt() {
        open(1);
        queue.offer(camera.next());
        queue.offer(camera.next());
        delivery.answerAtOnce().allow(2).awaitTaken(2);
        assertThat(delivery.takenIds()).containsExactly("1", "n1");
    }

    @Test
    void keepsTheLossesOfSourcesApart() {
        open(1);
        Camera other = new Camera("line2", clock);
        queue.offer(camera.next());
        queue.offer(other.next());
        queue.offer(camera.next());
        queue.offer(other.next());
        delivery.answerAtOnce().allow(3).awaitTaken(3);
        assertThat(delivery.takenIds()).containsExactly("1", "n1", "n1");
        Findings findings = verify(delivery.taken());
        assertThat(findings.isComplete()).isTrue();
        assertThat(findings.sources()).isEqualTo(2);
        assertThat(findings.gapFrames()).isEqualTo(Map.of("not-published", 3L));
    }

    @Test
    void oneLossGrowsAsLongAsTheReceiverDoesNotAnswer() {
        open(1);
        queue.offer(camera.next());
        queue.offer(camera.next());
        delivery.allow(2).awaitTaken(1);
        for (int i = 0; i < 100; i++) {
            queue.offer(camera.next());
        }
        delivery.acknowledge(0);
        delivery.awaitTaken(2);
        queue.offer(camera.next());
        queue.offer(camera.next());
        delivery.acknowledge(1);
        delivery.answerAtOnce().allow(2).awaitTaken(4);
        assertThat(delivery.takenIds()).containsExactly("1", "n1", "103", "n2");
        assertThat(verify(delivery.taken()).gapFrames()).isEqualTo(Map.of("not-published", 102L));
        assertThat(verify(delivery.taken()).isComplete()).isTrue();
    }

    @Test
    void whatWaitsBehindAGrowingLossIsNotHeldUpForEver() {
        open(4);
        Camera other = new Camera("line2", clock);
        for (int i = 0; i < 6; i++) {
            queue.offer(camera.next());
        }
        delivery.allow(4).awaitTaken(4);
        delivery.acknowledge(0);
        queue.offer(other.next());
        for (int i = 1; i < 4; i++) {
            delivery.acknowledge(i);
        }
        queue.offer(other.next());
        delivery.answerAtOnce().allow(3).awaitTaken(7);
        assertThat(delivery.takenIds()).containsExactly("1", "2", "3", "4", "n1", "1", "2");
    }

    @Test
    void closingTellsOfALossThatStillGrows() {
        open(1);
        queue.offer(camera.next());
        queue.offer(camera.next());
        delivery.answerAtOnce().allow(2);
        assertThat(queue.close(Duration.ofSeconds(240))).isTrue();
        assertThat(delivery.takenIds()).containsExactly("1", "n1");
    }

    @Test
    void limitsBytesAndTakesOneLongMessage() {
        EncodedMessage first = camera.next(0, 3);
        open(new QueueLimits(100, first.bytes().length + 10));
        assertThat(queue.offer(first)).isTrue();
        assertThat(queue.offer(camera.next())).isFalse();
        delivery.answerAtOnce().allow(2).awaitTaken(2);
        Await.until("empty", () -> metrics.queuedMessages() == 0);
        assertThat(queue.offer(camera.next(0, 100)))
                .as("longer than the limit, but alone")
                .isTrue();
        delivery.allow(1).awaitTaken(3);
    }

    @Test
    void whatIsAnsweredTakesNoBytes() {
        EncodedMessage first = camera.next();
        int bytes = first.bytes().length;
        open(new QueueLimits(100, 3L * bytes));
        queue.offer(first);
        delivery.answerAtOnce().allow(100);
        for (int i = 0; i < 20; i++) {
            Await.until("empty", () -> metrics.queuedMessages() == 0);
            assertThat(metrics.queuedBytes()).isZero();
            queue.offer(camera.next());
            queue.offer(camera.next());
        }
        assertThat(metrics.value(SinkCounter.DROPPED_QUEUE_FULL)).isZero();
    }

    @Test
    void deliversAgainInOrderWhatWasNotAnswered() {
        open(10);
        for (int i = 0; i < 5; i++) {
            queue.offer(camera.next());
        }
        delivery.allow(4).awaitTaken(4);
        delivery.acknowledge(0);
        delivery.acknowledge(2);
        delivery.rewindNext();
        delivery.answerAtOnce().allow(3).awaitTaken(7);
        assertThat(delivery.takenIds()).containsExactly("1", "2", "3", "4", "2", "4", "5");
        assertThat(queue.close(Duration.ofSeconds(240))).isTrue();
        assertThat(metrics.value(SinkCounter.ACKNOWLEDGED)).isEqualTo(5);
        assertThat(metrics.value(SinkCounter.RETRIES)).isEqualTo(1);
    }

    @Test
    void tellsWhatWasRefusedForGood() {
        open(10);
        queue.offer(camera.next());
        queue.offer(camera.next(1));
        delivery.allow(2).awaitTaken(2);
        delivery.refuse(1, "too large");
        delivery.answerAtOnce().allow(1).awaitTaken(3);
        queue.offer(camera.next());
        delivery.allow(1).awaitTaken(4);
        assertThat(delivery.takenIds()).containsExactly("1", "3", "n1", "4");
        assertThat(new String(delivery.taken().get(2).bytes(), StandardCharsets.UTF_8))
                .contains("\"detail\":\"1 message: too large\"");
        assertThat(metrics.value(SinkCounter.FAILED)).isEqualTo(1);
        delivery.refuse(2, "answered before: not counted");
        assertThat(metrics.value(SinkCounter.FAILED)).isEqualTo(1);
    }

    /** The receiver learns of it before what came later. */
    @Test
    void theLossOfARefusedMessageGoesBeforeWhatWaits() {
        open(10);
        for (int i = 0; i < 5; i++) {
            queue.offer(camera.next());
        }
        delivery.allow(2).awaitTaken(2);
        delivery.refuse(1, "too large");
        delivery.answerAtOnce().allow(4).awaitTaken(6);
        assertThat(delivery.takenIds()).containsExactly("1", "2", "3", "n1", "4", "5");
    }

    @Test
    void countsApartWhatClosingFindsUnansweredAndUnsent() {
        open(10);
        for (int i = 0; i < 5; i++) {
            queue.offer(camera.next());
        }
        delivery.allow(3).awaitTaken(3);
        delivery.acknowledge(0);
        assertThat(queue.close(Duration.ofMillis(50))).isFalse();
        assertThat(metrics.value(SinkCounter.ACKNOWLEDGED)).isEqualTo(1);
        assertThat(metrics.value(SinkCounter.UNKNOWN) + metrics.value(SinkCounter.FAILED))
                .isEqualTo(4);
        assertThat(metrics.value(SinkCounter.UNKNOWN)).isEqualTo(2);
        delivery.acknowledge(1);
        assertThat(metrics.value(SinkCounter.ACKNOWLEDGED))
                .as("counted as unknown already")
                .isEqualTo(1);
        assertThat(queue.offer(camera.next())).isFalse();
        assertThat(queue.close(Duration.ofSeconds(240)))
                .as("closing again changes nothing")
                .isFalse();
    }

    /** The gap messages that tell of the refusals do arrive. */
    @Test
    void isStuckWhileAllMessagesAreRefused() {
        open(10);
        queue.offer(camera.next());
        delivery.allow(1).awaitTaken(1);
        delivery.acknowledge(0);
        clock.advanceMs(40_000);
        assertThat(metrics.stuckNs(clock.nanoTime(), 0)).isZero();
        queue.offer(camera.next());
        delivery.allow(1).awaitTaken(2);
        delivery.refuse(1, "too large");
        delivery.allow(1).awaitTaken(3);
        delivery.acknowledge(2);
        assertThat(metrics.queuedMessages()).isZero();
        assertThat(metrics.stuckNs(clock.nanoTime(), 0)).isGreaterThanOrEqualTo(40_000_000_000L);
        queue.offer(camera.next());
        delivery.allow(1).awaitTaken(4);
        delivery.acknowledge(3);
        assertThat(metrics.stuckNs(clock.nanoTime(), 0)).isZero();
    }

    @Test
    void knowsHowLongTheOldestWaitsForItsAnswer() {
        open(10);
        assertThat(queue.unansweredNs()).isZero();
        queue.offer(camera.next());
        queue.offer(camera.next());
        delivery.allow(1).awaitTaken(1);
        clock.advanceMs(1);
        Await.until("taken over", () -> {
            clock.advanceMs(1);
            return queue.unansweredNs() > 0;
        });
        delivery.acknowledge(0);
        assertThat(queue.unansweredNs()).isZero();
    }
}
