package io.ringsight.sinks.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The sink's producer properties, and which of the user's are refused. */
final class ProducerSettings {
    /** Properties on which the promise of no loss, no duplicate and order rests, or that have a key of their own. */
    private static final Map<String, String> FORBIDDEN = Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "is set by the sink's key bootstrapServers",
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, "is fixed: the key is the source's name in UTF-8",
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, "is fixed: messages are JSON in UTF-8",
            ProducerConfig.ACKS_CONFIG, "is fixed to all: less would lose messages when a broker fails",
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "is fixed to true: else messages could come twice or disordered",
            ProducerConfig.TRANSACTIONAL_ID_CONFIG, "is not supported: messages are not sent in transactions");

    private ProducerSettings() {}

    /** What is wrong with the user's properties: a sentence by property name. */
    static Map<String, String> problems(Map<String, String> properties) {
        Map<String, String> problems = new TreeMap<>();
        properties.forEach((name, value) -> {
            String problem = problem(name, value);
            if (problem != null) {
                problems.put(name, problem);
            }
        });
        if (problems.isEmpty()) {
            try {
                checkTimes(new ProducerConfig(settings("localhost:9092", properties)));
            } catch (ConfigException e) {
                problems.put(culprit(properties, e), firstLine(e));
            }
        }
        return problems;
    }

    /** What the producer itself would find only when it is made. */
    private static void checkTimes(ProducerConfig config) {
        int delivery = config.getInt(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG);
        long least = config.getLong(ProducerConfig.LINGER_MS_CONFIG)
                + config.getInt(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG);
        if (delivery < least && delivery != Integer.MAX_VALUE) {
            throw new ConfigException("delivery.timeout.ms must be at least linger.ms + request.timeout.ms = " + least
                    + ", came " + delivery);
        }
    }

    private static String problem(String name, String value) {
        if (FORBIDDEN.containsKey(name)) {
            return FORBIDDEN.get(name);
        }
        if (!ProducerConfig.configNames().contains(name)) {
            return "is no property of a Kafka producer";
        }
        ConfigDef.ConfigKey key = ProducerConfig.configDef().configKeys().get(name);
        try {
            Object parsed = ConfigDef.parseType(name, value, key.type);
            if (key.validator != null) {
                key.validator.ensureValid(name, parsed);
            }
            return null;
        } catch (ConfigException e) {
            // Kafka's own sentence holds the value, which for a password must not be shown
            return key.type == ConfigDef.Type.PASSWORD ? "has a value of the wrong kind" : firstLine(e);
        }
    }

    /** The user's property that Kafka's sentence names: of properties that contradict each other, one. */
    private static String culprit(Map<String, String> properties, ConfigException e) {
        String sentence = String.valueOf(e.getMessage());
        return properties.keySet().stream()
                .sorted()
                .filter(sentence::contains)
                .findFirst()
                .orElseGet(
                        () -> properties.keySet().stream().sorted().findFirst().orElse("unknown"));
    }

    private static String firstLine(ConfigException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("is not valid");
    }

    /** All properties of the producer. */
    static Map<String, Object> settings(String bootstrapServers, Map<String, String> properties) {
        Map<String, Object> settings = new HashMap<>();
        // what entered the producer stays until it is acknowledged: expiring it would break order and count it unknown
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        settings.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        // a broker whose line is cut is noticed after this
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        // With several requests on their way, a batch that the broker finds too large is split and sent anew while
        // later
        // ones arrive: frames were seen out of order. Batches of a backlog are full, so one at a time keeps up.
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        // send() blocks the sink's own thread only, but closing waits for it
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 500);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 16L << 20);
        // 3 to 5 times smaller when a backlog is sent in full batches, for little time; nothing lost on single messages
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        settings.put(ProducerConfig.RECONNECT_BACKOFF_MS_CONFIG, 100);
        settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 2_000);
        // Brokers may all have moved while they were away: look their names up again. The usual objection, that send()
        // then blocks for lack of metadata, does not count on a thread of its own with a short max.block.ms.
        settings.put("metadata.recovery.strategy", "rebootstrap");
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, "ringsight");
        settings.putAll(properties);
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        return settings;
    }
}
