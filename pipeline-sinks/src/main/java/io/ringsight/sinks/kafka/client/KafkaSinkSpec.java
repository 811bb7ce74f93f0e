package io.ringsight.sinks.kafka.client;

import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.queue.SinkSpec;
import io.ringsight.sinks.spool.SpoolSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Where and how to publish.
 *
 * @param bootstrapServers {@code host:port,host:port}
 * @param topic the topic's name
 * @param properties plain Kafka producer properties, e.g. TLS and SASL; they win over the sink's own
 * @param limits what the queue in memory holds
 * @param spool where and how much to keep on disk, if at all
 */
public record KafkaSinkSpec(
        String bootstrapServers,
        String topic,
        Map<String, String> properties,
        QueueLimits limits,
        Optional<SpoolSpec> spool)
        implements SinkSpec {
    private static final Pattern SERVER = Pattern.compile("\\s*(\\[[0-9A-Fa-f:%.]+]|[A-Za-z0-9._-]+):(\\d{1,5})\\s*");
    private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9._-]{1,249}");

    public KafkaSinkSpec {
        properties = Map.copyOf(properties);
    }

    /** With an ordinary queue and no spool. */
    public KafkaSinkSpec(String bootstrapServers, String topic, Map<String, String> properties) {
        this(bootstrapServers, topic, properties, QueueLimits.DEFAULT);
    }

    /** Without a spool. */
    public KafkaSinkSpec(String bootstrapServers, String topic, Map<String, String> properties, QueueLimits limits) {
        this(bootstrapServers, topic, properties, limits, Optional.empty());
    }

    /**
     * What is wrong with it: a sentence for each mistake, by the configuration key it belongs to, e.g. {@code topic} or
     * {@code properties.acks}; empty when nothing is. Opens no connection, holds no secrets.
     */
    public Map<String, String> problems() {
        Map<String, String> problems = new TreeMap<>();
        List<String> bad = new ArrayList<>();
        for (String server : bootstrapServers.split(",", -1)) {
            var match = SERVER.matcher(server);
            if (!match.matches() || Integer.parseInt(match.group(2)) > 65_535 || Integer.parseInt(match.group(2)) < 1) {
                bad.add("'" + server.strip() + "'");
            }
        }
        if (!bad.isEmpty()) {
            problems.put("bootstrapServers", "expected host:port,host:port, got " + String.join(", ", bad));
        }
        if (!TOPIC.matcher(topic).matches() || topic.equals(".") || topic.equals("..")) {
            problems.put("topic", "expected 1 to 249 letters, digits, '.', '_' or '-', got '" + topic + "'");
        }
        ProducerSettings.problems(properties).forEach((key, problem) -> problems.put("properties." + key, problem));
        return problems;
    }

    @Override
    public String name() {
        return "kafka:" + topic;
    }

    /** Without the properties, which may hold secrets. */
    @Override
    public String toString() {
        return name() + " at " + bootstrapServers;
    }
}
