package io.ringsight.sinks.kafka;

import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.Message;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.SinkQueue;
import io.ringsight.sinks.SinkStatus;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;

/**
 * Publishes messages to a Kafka topic: acks=all, idempotent, key = source, in order a source.
 *
 * <p>Starts and stays up while no broker is there. Nothing accepted is given up before {@link #close} but messages no
 * broker will ever take (too large): those are counted as failed and told in a gap message. Whatever fails is counted
 * and named in {@link #metrics()}. See {@link SinkQueue} for order, bounds and losses.
 */
public final class KafkaSink implements MessageSink {
    private final SinkMetrics metrics;
    private final SinkQueue queue;

    private KafkaSink(KafkaSinkSpec spec, Clock clock, Supplier<Producer<byte[], byte[]>> producers) {
        metrics = new SinkMetrics("kafka:" + spec.topic());
        queue = new SinkQueue(metrics, spec.limits(), clock);
        SinkStatus status = new SinkStatus(metrics, clock);
        queue.start(new KafkaDelivery(spec.topic(), producers, queue, metrics, status));
    }

    /**
     * Opens the sink; connects in the background.
     *
     * @throws IllegalArgumentException if {@link KafkaSinkSpec#problems()} finds any
     */
    public static KafkaSink open(KafkaSinkSpec spec, Clock clock) {
        Map<String, String> problems = spec.problems();
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("kafka sink: " + problems);
        }
        Map<String, Object> settings = ProducerSettings.settings(spec.bootstrapServers(), spec.properties());
        return open(spec, clock, () -> new KafkaProducer<>(settings));
    }

    /** Opens the sink with another kind of producer. */
    static KafkaSink open(KafkaSinkSpec spec, Clock clock, Supplier<Producer<byte[], byte[]>> producers) {
        return new KafkaSink(spec, clock, producers);
    }

    @Override
    public String name() {
        return metrics.sinkName();
    }

    @Override
    public boolean offer(Message message) {
        return queue.offer(message);
    }

    @Override
    public void put(Message message) throws InterruptedException {
        queue.put(message);
    }

    @Override
    public SinkMetrics metrics() {
        return metrics;
    }

    @Override
    public boolean close(Duration deadline) {
        return queue.close(deadline);
    }
}
