package io.ringsight.sinks.kafka.spool;

/** A spool's directory cannot be used; the message is a sentence for people that names it. */
public final class SpoolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SpoolException(String message) {
        super(message);
    }

    SpoolException(String message, Throwable cause) {
        super(message, cause);
    }
}
