package io.ringsight.sinks.kafka.read;

import io.ringsight.sinks.kafka.client.ClientSecurity;
import io.ringsight.sinks.kafka.client.ConfigProblem;
import io.ringsight.sinks.kafka.client.KafkaText;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The settings of the clients that read a topic, from those that users give. */
public final class ReaderSettings {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Set<String> FIXED = Set.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            ConsumerConfig.GROUP_ID_CONFIG);

    private ReaderSettings() {}

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
        if (problems.isEmpty()) {
            try {
                Map<String, Object> settings = settings("localhost:9092", properties);
                problems.putAll(ClientSecurity.problems(properties, new ConsumerConfig(settings).values()));
            } catch (ConfigException e) {
                problems.putAll(ConfigProblem.of(properties, e));
            }
        }
        return problems;
    }

    static Map<String, Object> settings(String bootstrapServers, Map<String, String> properties) {
        KafkaText.learn(properties);
        Map<String, Object> settings = new HashMap<>();
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "ringsight-reader");
        settings.putAll(properties);
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        // where to go on when records are gone is decided here: "latest" would skip what is left
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        return settings;
    }

    static Map<String, Object> adminSettings(Map<String, Object> settings) {
        Map<String, Object> admin = new HashMap<>(settings);
        admin.keySet().retainAll(AdminClientConfig.configNames());
        // a request may not take longer than the call it belongs to
        admin.merge(
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                settings.get(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG),
                (given, limit) -> number(given) < number(limit) ? given : limit);
        return admin;
    }

    private static long number(Object setting) {
        return Long.parseLong(String.valueOf(setting));
    }
}
