package io.ringsight.sinks.mqtt;

import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.queue.SinkSpec;
import io.ringsight.sinks.spool.SpoolSpec;
import java.util.Map;
import java.util.Optional;

/**
 * Where to publish.
 *
 * @param broker who takes it
 * @param topic what all topics begin with: messages go to {@code TOPIC/SOURCE/TYPE}, the state to {@code TOPIC/status}
 * @param timeoutMs how long the broker may take to answer
 * @param limits what the queue in memory holds
 * @param spool where what is not answered outlives the process, if at all
 */
public record MqttSpec(MqttBroker broker, String topic, long timeoutMs, QueueLimits limits, Optional<SpoolSpec> spool)
        implements SinkSpec {
    public static final String DEFAULT_TOPIC = "ringsight";
    public static final long MIN_TIMEOUT_MS = 100;
    public static final long MAX_TIMEOUT_MS = 60_000;
    public static final long DEFAULT_TIMEOUT_MS = 5_000;

    /** What is wrong with it: a sentence for each mistake, by the configuration key it belongs to. */
    public Map<String, String> problems() {
        Map<String, String> problems = broker.problems();
        MqttBroker.topicProblem(topic).ifPresent(sentence -> problems.put("topic", sentence + ", got another"));
        return problems;
    }

    /** {@code mqtt:HOST:PORT/TOPIC}. */
    @Override
    public String name() {
        return "mqtt:" + broker.address() + "/" + topic;
    }

    String topicOf(EncodedMessage message) {
        return topic + "/" + message.sourceId() + "/" + message.type().wireName();
    }

    String statusTopic() {
        return topic + "/status";
    }

    /** Without user and password. */
    @Override
    public String toString() {
        return name() + " at " + broker;
    }
}
