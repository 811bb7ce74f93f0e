package io.ringsight.sinks.kafka;

/** A topic cannot be read. The message says why and what to do, for people, without secrets. */
public final class TopicException extends Exception {
    private static final long serialVersionUID = 1L;

    TopicException(String message) {
        super(message);
    }

    TopicException(String message, Throwable cause) {
        super(message, cause);
    }
}
