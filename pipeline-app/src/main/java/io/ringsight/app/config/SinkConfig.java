package io.ringsight.app.config;

import io.ringsight.sinks.jsonl.JsonLinesSpec;
import io.ringsight.sinks.kafka.client.KafkaSinkSpec;

/** One receiver of messages. */
public sealed interface SinkConfig {
    /** The name in metrics and logs, unique in one configuration. */
    String name();

    /** A Kafka topic. */
    record Kafka(KafkaSinkSpec spec) implements SinkConfig {
        @Override
        public String name() {
            return "kafka:" + spec.topic();
        }

        /** Without the properties, which may hold secrets. */
        @Override
        public String toString() {
            return name() + " at " + spec.bootstrapServers();
        }
    }

    /** A file of JSON lines, or standard output. */
    record Jsonl(JsonLinesSpec spec) implements SinkConfig {
        @Override
        public String name() {
            return "jsonl:" + spec.path();
        }

        @Override
        public String toString() {
            return name();
        }
    }
}
