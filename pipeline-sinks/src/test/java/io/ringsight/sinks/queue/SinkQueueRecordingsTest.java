package io.ringsight.sinks.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.run.Await;
import io.ringsight.sinks.EncodedMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Recordings leave half of the queue to cameras, and lose nothing. */
class SinkQueueRecordingsTest extends AccountedQueue {
    @Test
    void recordingsHaveRoomUntilTheQueueIsHalfFullAndAreToldWhenTheyHaveAgain() {
        open(4);
        List<String> told = new ArrayList<>();
        queue.onRoom(() -> told.add("room"));
        queue.offer(camera.next());
        assertThat(queue.hasRoom()).isTrue();
        queue.offer(camera.next());
        assertThat(queue.hasRoom()).isFalse();
        assertThat(queue.offer(camera.next())).as("a camera's").isTrue();
        delivery.allow(3).awaitTaken(3);
        delivery.acknowledge(0);
        assertThat(queue.hasRoom()).isFalse();
        assertThat(told).isEmpty();
        delivery.acknowledge(1);
        assertThat(queue.hasRoom()).isTrue();
        assertThat(told).containsExactly("room");
    }

    @Test
    void recordingsHaveRoomUntilHalfOfTheBytesAreThere() {
        EncodedMessage first = camera.next();
        open(new QueueLimits(100, first.bytes().length * 2L));
        queue.offer(first);
        assertThat(queue.hasRoom()).isFalse();
        delivery.answerAtOnce().allow(1).awaitTaken(1);
        Await.until("room", queue::hasRoom);
    }

    @Test
    void whatOfARecordingWasLetInIsTakenOverTheLimits() {
        open(1);
        for (int i = 0; i < 50; i++) {
            queue.put(camera.next());
        }
        assertThat(queue.hasRoom()).isFalse();
        delivery.answerAtOnce().allow(50).awaitTaken(50);
        assertThat(metrics.value(SinkCounter.DROPPED_QUEUE_FULL)).isZero();
        assertThat(verify(delivery.taken()).frames()).isEqualTo(50);
        assertThat(verify(delivery.taken()).isComplete()).isTrue();
    }

    @Test
    void aQueueThatClosesHoldsNoRecordingBackAndCountsWhatItDrops() {
        open(1);
        List<String> told = new ArrayList<>();
        queue.onRoom(() -> told.add("room"));
        queue.put(camera.next());
        assertThat(queue.hasRoom()).isFalse();
        queue.close(Duration.ZERO);
        assertThat(told).containsExactly("room");
        assertThat(queue.hasRoom()).isTrue();
        queue.put(camera.next());
        assertThat(metrics.value(SinkCounter.DROPPED_QUEUE_FULL)).isEqualTo(1);
    }
}
