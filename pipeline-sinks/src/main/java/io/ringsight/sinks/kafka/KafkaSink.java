package io.ringsight.sinks.kafka;

import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sinks.kafka.client.ProducerSettings;
import io.ringsight.sinks.queue.QueuedSink;
import io.ringsight.sinks.queue.SinkQueue;
import io.ringsight.sinks.queue.SinkStatus;
import io.ringsight.sinks.spool.Spool;
import io.ringsight.sinks.spool.SpoolException;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;

/**
 * Publishes messages to a Kafka topic: acks=all, idempotent, key = source, in order a source.
 *
 * <p>Starts and stays up while no broker is there. Nothing accepted is given up before {@link MessageSink#close} but messages no
 * broker will ever take (too large): those are counted as failed and told in a gap message, and with a spool set aside in a
 * file. With a spool, what is not acknowledged outlives the process. Whatever fails is counted and named in
 * {@link MessageSink#metrics()}. See {@link SinkQueue} and {@link Spool} for order, bounds and losses.
 */
public final class KafkaSink {
    private KafkaSink() {}

    /**
     * Opens the sink; connects at once, in the background.
     *
     * @throws IllegalArgumentException if {@link KafkaSinkSpec#problems()} finds any
     * @throws SpoolException if the spool's directory cannot be used
     */
    public static MessageSink open(KafkaSinkSpec spec, Clock clock) {
        Map<String, String> problems = spec.problems();
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("kafka sink: " + problems);
        }
        Map<String, Object> settings = ProducerSettings.settings(spec.bootstrapServers(), spec.properties());
        return open(spec, clock, () -> new KafkaProducer<>(settings));
    }

    /** Opens the sink with another kind of producer. */
    static MessageSink open(KafkaSinkSpec spec, Clock clock, Supplier<Producer<byte[], byte[]>> producers) {
        SinkMetrics metrics = new SinkMetrics("kafka:" + spec.topic());
        if (spec.spool().isPresent()) {
            Spool spool = Spool.open(spec.spool().get(), metrics, clock);
            return new SpooledSink(
                    spec,
                    spool,
                    metrics,
                    clock,
                    sending -> new KafkaDelivery(
                            spec.topic(),
                            producers,
                            sending.queue(),
                            metrics,
                            sending.status(),
                            sending.deadLetters(),
                            clock));
        }
        SinkQueue queue = new SinkQueue(metrics, spec.limits(), clock);
        SinkStatus status = new SinkStatus(metrics, clock);
        queue.start(new KafkaDelivery(spec.topic(), producers, queue, metrics, status, null, clock));
        return new QueuedSink(metrics, queue);
    }
}
