package io.ringsight.app.config;

import io.ringsight.core.analyse.verdict.Announcing;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.MessageType;
import io.ringsight.sinks.jsonl.FileInUseException;
import io.ringsight.sinks.jsonl.JsonLinesSink;
import io.ringsight.sinks.jsonl.JsonLinesSpec;
import io.ringsight.sinks.kafka.KafkaSink;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;
import io.ringsight.sinks.modbus.ModbusSink;
import io.ringsight.sinks.modbus.ModbusSpec;
import io.ringsight.sinks.mqtt.MqttSink;
import io.ringsight.sinks.mqtt.MqttSpec;
import io.ringsight.sinks.queue.SinkSpec;
import io.ringsight.sinks.spool.SpoolException;
import io.ringsight.sinks.webhook.WebhookSink;
import io.ringsight.sinks.webhook.WebhookSpec;
import java.util.List;

/**
 * One receiver of messages.
 *
 * @param spec what it is
 * @param messages the types of messages that it gets
 */
public record SinkConfig(SinkSpec spec, List<MessageType> messages) {
    /** The name in metrics and logs, unique in one configuration. */
    public String name() {
        return spec.name();
    }

    /**
     * Opens it.
     *
     * @param onReaderGone told when whoever read standard output has gone, if it writes there; any thread
     * @param announcing takes parts, if it is one by which they are announced
     * @throws FileInUseException if another process writes its file
     * @throws SpoolException if its spool's directory cannot be used
     */
    public MessageSink open(Clock clock, Runnable onReaderGone, Announcing announcing) throws FileInUseException {
        if (spec instanceof KafkaSinkSpec kafka) {
            return KafkaSink.open(kafka, clock);
        } else if (spec instanceof WebhookSpec webhook) {
            return WebhookSink.open(webhook, clock);
        } else if (spec instanceof MqttSpec mqtt) {
            return MqttSink.open(mqtt, clock);
        } else if (spec instanceof ModbusSpec modbus) {
            return ModbusSink.open(modbus, announcing, clock);
        } else if (spec instanceof JsonLinesSpec lines) {
            return JsonLinesSink.open(lines, clock, onReaderGone);
        }
        throw new IllegalArgumentException("no sink for " + spec.name());
    }

    @Override
    public String toString() {
        return spec.toString();
    }
}
