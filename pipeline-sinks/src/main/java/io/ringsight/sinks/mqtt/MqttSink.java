package io.ringsight.sinks.mqtt;

import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.open.Sinks;
import io.ringsight.sinks.spool.SpoolException;
import java.util.Map;

/**
 * Publishes messages to an MQTT broker: in order, by QoS 1, each until the broker has it. With a spool a message is on the
 * disk before it is sent, and what is not answered outlives the process.
 */
public final class MqttSink {
    private MqttSink() {}

    /**
     * Opens the sink; it connects at once, on its own thread.
     *
     * @throws IllegalArgumentException if {@link MqttSpec#problems()} finds any
     * @throws SpoolException if the spool's directory cannot be used
     */
    public static MessageSink open(MqttSpec spec, Clock clock) {
        Map<String, String> problems = spec.problems();
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("mqtt sink: " + problems);
        }
        return Sinks.open(
                new SinkMetrics(spec.name()),
                spec.limits(),
                spec.spool(),
                clock,
                (queue, status) -> new MqttDelivery(spec, queue, status, clock));
    }
}
