package io.ringsight.sinks.kafka.client;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The sink's producer properties, and which of the user's are refused. */
public final class ProducerSettings {
    private static final String ONE_PARTITION =
            "is fixed: all messages of a source go to the partition of its key, else they would lose their order";
    private static final String UNTIL_ACKNOWLEDGED =
            "is fixed: a message is sent until it is acknowledged, else later ones would overtake it";

    /** Properties on which the promise of no loss, no duplicate and order rests, or that have a key of their own. */
    private static final Map<String, String> FORBIDDEN = Map.ofEntries(
            Map.entry(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "is set by the sink's key bootstrapServers"),
            Map.entry(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, "is fixed: the key is the source's name in UTF-8"),
            Map.entry(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, "is fixed: messages are JSON in UTF-8"),
            Map.entry(ProducerConfig.ACKS_CONFIG, "is fixed to all: less would lose messages when a broker fails"),
            Map.entry(
                    ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                    "is fixed to true: else messages could come twice or disordered"),
            Map.entry(
                    ProducerConfig.TRANSACTIONAL_ID_CONFIG, "is not supported: messages are not sent in transactions"),
            Map.entry(ProducerConfig.PARTITIONER_CLASS_CONFIG, ONE_PARTITION),
            Map.entry(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG, ONE_PARTITION),
            Map.entry(ProducerConfig.RETRIES_CONFIG, UNTIL_ACKNOWLEDGED),
            Map.entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, UNTIL_ACKNOWLEDGED));

    private ProducerSettings() {}

    /** What is wrong with the user's properties: a sentence by property name. */
    static Map<String, String> problems(Map<String, String> properties) {
        KafkaText.learn(properties);
        Map<String, String> problems = new TreeMap<>();
        properties.forEach((name, value) -> {
            String problem = problem(name, value);
            if (problem != null) {
                problems.put(name, problem);
            }
        });
        if (problems.isEmpty()) {
            try {
                ProducerConfig config = new ProducerConfig(settings("localhost:9092", properties));
                problems.putAll(ClientSecurity.problems(properties, config.values()));
                String codec = Codec.problem(config.getString(ProducerConfig.COMPRESSION_TYPE_CONFIG));
                if (codec != null) {
                    problems.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, codec);
                }
            } catch (ConfigException e) {
                problems.putAll(ConfigProblem.of(properties, e));
            }
        }
        return problems;
    }

    private static String problem(String name, String value) {
        if (FORBIDDEN.containsKey(name)) {
            return FORBIDDEN.get(name);
        }
        if (name.equals(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION)
                && !value.strip().equals("1")) {
            return "is fixed to 1: with more, a batch that the broker finds too large is overtaken by later ones";
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
            return key.type == ConfigDef.Type.PASSWORD ? "has a value of the wrong kind" : ConfigProblem.sentence(e);
        }
    }

    /** All properties of the producer. */
    public static Map<String, Object> settings(String bootstrapServers, Map<String, String> properties) {
        KafkaText.learn(properties);
        Map<String, Object> settings = new HashMap<>();
        // what entered the producer stays until it is acknowledged: expiring it would break order and count it unknown
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        settings.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        // a broker whose line is cut is noticed after this
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        // With several requests on their way, a batch that the broker finds too large is split and sent again while
        // later
        // ones arrive: frames were seen out of order. Batches of a backlog are full, so one at a time keeps up.
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        // The client waits in send() by the wall clock: set back by 2 h meanwhile, it would wait 2 h. The sink's thread
        // waits itself.
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 0);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 16L << 20);
        // 3 to 5 times smaller when a backlog is sent in full batches, for little time; nothing lost on single messages
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        settings.put(ProducerConfig.RECONNECT_BACKOFF_MS_CONFIG, 100);
        settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 2_000);
        // Brokers may all have moved while they were away: look their names up again. The usual objection, that send()
        // then blocks for lack of metadata, does not count without blocking.
        settings.put("metadata.recovery.strategy", "rebootstrap");
        // partitions that are added are used after this, instead of after five minutes
        settings.put(ProducerConfig.METADATA_MAX_AGE_CONFIG, 60_000);
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
