package io.ringsight.sinks.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import org.junit.jupiter.api.Test;

class FaultsTest {
    private final SinkMetrics metrics = new SinkMetrics("test");

    /** The wait before the next try would end at once, and with it the sink's thread, without a word. */
    @Test
    void anInterruptThatComesWithAnErrorIsOverWithIt() {
        Faults faults = new Faults("part", metrics);
        Thread.currentThread().interrupt();

        long pauseMs = faults.restart(new Interrupted(), new OutOfMemoryError("on purpose"));

        assertThat(Thread.interrupted()).isFalse();
        assertThat(pauseMs).isPositive();
        assertThat(metrics.value(SinkCounter.ERRORS)).isEqualTo(1);
    }

    /** Leaves an interrupt behind, as a library does whose wait was cut off. */
    private static final class Interrupted implements Delivery {
        @Override
        public long deliver(QueuedMessage message) {
            return TAKEN;
        }

        @Override
        public void restart() {
            Thread.currentThread().interrupt();
        }

        @Override
        public void idle() {}

        @Override
        public void close() {}
    }
}
