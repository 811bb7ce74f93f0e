package io.ringsight.sinks.kafka.read;

import io.ringsight.sinks.kafka.client.KafkaText;

/** A topic cannot be read. The message says why and what to do, for people, without secrets. */
public final class TopicException extends Exception {
    private static final long serialVersionUID = 1L;

    /** With the sentence to show. */
    public TopicException(String message) {
        super(message);
    }

    /** @param cause Kafka's own; its words are kept without secrets */
    public TopicException(String message, Throwable cause) {
        super(message, KafkaText.clean(cause));
    }
}
