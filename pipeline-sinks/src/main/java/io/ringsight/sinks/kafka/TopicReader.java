package io.ringsight.sinks.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads a topic from its beginning, without a consumer group and without leaving a trace. Each partition's records come
 * in order. One thread.
 */
public final class TopicReader implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Set<String> FIXED = Set.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.GROUP_ID_CONFIG);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private Map<TopicPartition, Long> beginnings = Map.of();
    private Map<TopicPartition, Long> ends = Map.of();

    private TopicReader(KafkaConsumer<byte[], byte[]> consumer) {
        this.consumer = consumer;
    }

    /** What is wrong with consumer properties: a sentence by property name. */
    public static Map<String, String> problems(Map<String, String> properties) {
        Map<String, String> problems = new TreeMap<>();
        for (String name : properties.keySet()) {
            if (FIXED.contains(name)) {
                problems.put(name, "is fixed");
            } else if (!ConsumerConfig.configNames().contains(name)) {
                problems.put(name, "is no property of a Kafka consumer");
            }
        }
        return problems;
    }

    /**
     * Opens the topic at its beginning; waits at most 15 s ({@code default.api.timeout.ms}) for the broker.
     *
     * @param properties plain Kafka consumer properties, e.g. TLS and SASL
     * @throws TopicException if the broker does not answer or refuses, or the topic is not there
     */
    public static TopicReader open(String bootstrapServers, String topic, Map<String, String> properties)
            throws TopicException {
        String where = "topic " + topic + " at " + bootstrapServers;
        TopicReader reader = null;
        try {
            reader = new TopicReader(new KafkaConsumer<>(settings(bootstrapServers, properties)));
            reader.begin(topic, where);
            return reader;
        } catch (KafkaException e) {
            closeIfOpen(reader);
            throw failure(where, bootstrapServers, e);
        } catch (TopicException e) {
            closeIfOpen(reader);
            throw e;
        }
    }

    private static void closeIfOpen(TopicReader reader) {
        if (reader != null) {
            reader.close();
        }
    }

    private static Map<String, Object> settings(String bootstrapServers, Map<String, String> properties) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "ringsight-reader");
        settings.putAll(properties);
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return settings;
    }

    private void begin(String topic, String where) throws TopicException {
        var partitions = consumer.listTopics().get(topic);
        if (partitions == null || partitions.isEmpty()) {
            throw new TopicException(where + ": there is no such topic; check its name with the broker");
        }
        List<TopicPartition> all = partitions.stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        consumer.assign(all);
        beginnings = consumer.beginningOffsets(all);
        ends = consumer.endOffsets(all);
        consumer.seekToBeginning(all);
    }

    private static TopicException failure(String where, String bootstrapServers, KafkaException e) {
        KafkaFailure failure = KafkaFailure.of(e);
        if (e instanceof TimeoutException) {
            return new TopicException("no Kafka broker answers at " + bootstrapServers + "; is it running?", e);
        }
        if (e instanceof AuthenticationException || e instanceof AuthorizationException) {
            return new TopicException(where + ": " + failure.state().sentence() + " (" + failure.detail() + ")", e);
        }
        return new TopicException(where + ": " + failure.detail(), e);
    }

    /** Hands over what has come within {@code limit}; may be nothing. */
    public void poll(Duration limit, Consumer<TopicRecord> to) throws TopicException {
        try {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(limit)) {
                String key = record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
                to.accept(new TopicRecord(record.partition(), record.offset(), key, record.value()));
            }
        } catch (KafkaException e) {
            throw failure("reading", "the broker", e);
        }
    }

    /** Hands over all records that were there when the topic was opened. */
    public void readToEnd(Consumer<TopicRecord> to) throws TopicException {
        while (!isAtEnd()) {
            poll(Duration.ofMillis(500), to);
        }
    }

    /** Whether all records that were there when the topic was opened have been handed over. */
    public boolean isAtEnd() throws TopicException {
        try {
            for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
                if (consumer.position(end.getKey()) < end.getValue()) {
                    return false;
                }
            }
            return true;
        } catch (KafkaException e) {
            throw failure("reading", "the broker", e);
        }
    }

    /** The partitions whose first records the topic's retention has deleted. */
    public Set<Integer> partitionsWithoutBeginning() {
        return beginnings.entrySet().stream()
                .filter(beginning -> beginning.getValue() > 0)
                .map(beginning -> beginning.getKey().partition())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** How many records lie in the topic, from its beginning to where it ended when opened. */
    public long size() {
        long size = 0;
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
            size += end.getValue() - beginnings.getOrDefault(end.getKey(), 0L);
        }
        return size;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
