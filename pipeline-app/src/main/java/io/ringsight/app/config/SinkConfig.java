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
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.spool.SpoolException;
import io.ringsight.sinks.webhook.WebhookSink;
import io.ringsight.sinks.webhook.WebhookSpec;
import java.util.List;

/** One receiver of messages. */
public sealed interface SinkConfig {
    /** The name in metrics and logs, unique in one configuration. */
    String name();

    /** The types of messages that it gets. */
    List<MessageType> messages();

    /** What its queue in memory holds. */
    QueueLimits limits();

    /**
     * Opens it.
     *
     * @param onReaderGone told when whoever read standard output has gone, if it writes there; any thread
     * @param announcing takes parts, if it is one by which they are announced
     * @throws FileInUseException if another process writes its file
     * @throws SpoolException if its spool's directory cannot be used
     */
    MessageSink open(Clock clock, Runnable onReaderGone, Announcing announcing) throws FileInUseException;

    /** A Kafka topic. */
    record Kafka(KafkaSinkSpec spec, List<MessageType> messages) implements SinkConfig {
        @Override
        public String name() {
            return "kafka:" + spec.topic();
        }

        @Override
        public QueueLimits limits() {
            return spec.limits();
        }

        @Override
        public MessageSink open(Clock clock, Runnable onReaderGone, Announcing announcing) {
            return KafkaSink.open(spec, clock);
        }

        /** Without the properties, which may hold secrets. */
        @Override
        public String toString() {
            return name() + " at " + spec.bootstrapServers();
        }
    }

    /** A web server. */
    record Webhook(WebhookSpec spec, List<MessageType> messages) implements SinkConfig {
        @Override
        public String name() {
            return spec.name();
        }

        @Override
        public QueueLimits limits() {
            return spec.limits();
        }

        @Override
        public MessageSink open(Clock clock, Runnable onReaderGone, Announcing announcing) {
            return WebhookSink.open(spec, clock);
        }

        /** Without the secret. */
        @Override
        public String toString() {
            return name();
        }
    }

    /** An MQTT broker. */
    record Mqtt(MqttSpec spec, List<MessageType> messages) implements SinkConfig {
        @Override
        public String name() {
            return spec.name();
        }

        @Override
        public QueueLimits limits() {
            return spec.limits();
        }

        @Override
        public MessageSink open(Clock clock, Runnable onReaderGone, Announcing announcing) {
            return MqttSink.open(spec, clock);
        }

        /** Without user and password. */
        @Override
        public String toString() {
            return spec.toString();
        }
    }

    /** A controller that gets the verdicts of one source. */
    record Modbus(ModbusSpec spec) implements SinkConfig {
        @Override
        public String name() {
            return spec.name();
        }

        @Override
        public List<MessageType> messages() {
            return List.of(MessageType.VERDICT);
        }

        @Override
        public QueueLimits limits() {
            return spec.limits();
        }

        @Override
        public MessageSink open(Clock clock, Runnable onReaderGone, Announcing announcing) {
            return ModbusSink.open(spec, announcing, clock);
        }

        @Override
        public String toString() {
            return spec.toString();
        }
    }

    /** A file of JSON lines, or standard output. */
    record Jsonl(JsonLinesSpec spec, List<MessageType> messages) implements SinkConfig {
        @Override
        public String name() {
            return "jsonl:" + spec.path();
        }

        @Override
        public QueueLimits limits() {
            return spec.limits();
        }

        @Override
        public MessageSink open(Clock clock, Runnable onReaderGone, Announcing announcing) throws FileInUseException {
            return JsonLinesSink.open(spec, clock, onReaderGone);
        }

        @Override
        public String toString() {
            return name();
        }
    }
}
