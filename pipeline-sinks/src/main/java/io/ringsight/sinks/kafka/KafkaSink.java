package io.ringsight.sinks.kafka;

import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sinks.kafka.client.ProducerSettings;
import io.ringsight.sinks.kafka.deadletter.DeadLetters;
import io.ringsight.sinks.open.Sinks;
import io.ringsight.sinks.queue.SinkQueue;
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
        DeadLetters deadLetters = spec.spool()
                .map(spool -> new DeadLetters(spool.dir(), spec.topic(), metrics, clock))
                .orElse(null);
        return Sinks.open(
                metrics,
                spec.limits(),
                spec.spool(),
                clock,
                (queue, status) ->
                        new KafkaDelivery(spec.topic(), producers, queue, metrics, status, deadLetters, clock));
    }
}
