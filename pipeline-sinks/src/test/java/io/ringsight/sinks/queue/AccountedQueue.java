package io.ringsight.sinks.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.TopicVerifier;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.Camera;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.Sample;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A queue with a receiver by hand, for which every message is accounted after each test. */
abstract class AccountedQueue {
    final ManualClock clock = new ManualClock(Sample.NOW_UTC_NS);
    final SinkMetrics metrics = new SinkMetrics("fake");
    final FakeDelivery delivery = new FakeDelivery();
    final Camera camera = new Camera("line1", clock);
    SinkQueue queue;

    @AfterEach
    void close() {
        if (queue != null) {
            queue.close(Duration.ZERO);
            assertThat(delivery.isClosed()).isTrue();
        }
        assertThat(metrics.queuedMessages()).isZero();
        assertThat(accounted()).as("every message is counted once").isEqualTo(offered());
    }

    final void open(int messages) {
        open(new QueueLimits(messages, 1 << 20));
    }

    final void open(QueueLimits limits) {
        queue = new SinkQueue(metrics, limits, clock);
        delivery.of(queue);
        queue.start(delivery);
    }

    private long offered() {
        return metrics.value(SinkCounter.OFFERED) + metrics.value(SinkCounter.GAPS_ADDED);
    }

    private long accounted() {
        return metrics.value(SinkCounter.ACKNOWLEDGED)
                + metrics.value(SinkCounter.FAILED)
                + metrics.value(SinkCounter.UNKNOWN)
                + metrics.value(SinkCounter.DROPPED_QUEUE_FULL)
                + metrics.queuedMessages();
    }

    static Findings verify(List<EncodedMessage> messages) {
        TopicVerifier verifier = new TopicVerifier();
        messages.forEach(message -> verifier.add(message.bytes()));
        return verifier.findings();
    }
}
