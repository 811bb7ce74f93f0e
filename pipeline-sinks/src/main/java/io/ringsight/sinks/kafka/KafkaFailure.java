package io.ringsight.sinks.kafka;

import io.ringsight.core.metrics.SinkState;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * What a failure of the producer means for the sink.
 *
 * @param remedy what to do
 * @param state how the sink stands
 * @param pauseMs how long to wait before trying again
 * @param detail one line for people, without secrets
 */
record KafkaFailure(Remedy remedy, SinkState state, long pauseMs, String detail) {
    /** Nothing to wait for: {@code send()} itself waited {@code max.block.ms}. */
    private static final long AT_ONCE_MS = 1;

    private static final long SOON_MS = 1_000;
    /** Rarely, so that no account is locked for too many wrong passwords. */
    private static final long SLOW_MS = 10_000;

    private static final int LONGEST_DETAIL = 300;

    /** What helps. */
    enum Remedy {
        /** The same message again. */
        RETRY,
        /** A new producer, and all that is unanswered again. */
        RESTART,
        /** Nothing: this message will never be taken. */
        SKIP
    }

    static KafkaFailure of(Throwable failure) {
        String detail = detail(failure);
        if (failure instanceof RecordTooLargeException
                || failure instanceof SerializationException
                || failure instanceof InvalidRecordException
                || failure instanceof InvalidTimestampException) {
            return new KafkaFailure(Remedy.SKIP, SinkState.READY, 0, detail);
        }
        if (failure instanceof SslAuthenticationException || mentionsKeyStore(failure)) {
            return new KafkaFailure(Remedy.RESTART, SinkState.TLS_FAILED, SLOW_MS, detail);
        }
        if (failure instanceof AuthenticationException) {
            return new KafkaFailure(Remedy.RESTART, SinkState.AUTH_FAILED, SLOW_MS, detail);
        }
        if (failure instanceof AuthorizationException) {
            return new KafkaFailure(Remedy.RESTART, SinkState.NOT_AUTHORIZED, SLOW_MS, detail);
        }
        if (failure instanceof UnknownTopicOrPartitionException
                || failure.getCause() instanceof UnknownTopicOrPartitionException) {
            return new KafkaFailure(Remedy.RETRY, SinkState.UNKNOWN_TOPIC, SOON_MS, detail);
        }
        if (failure instanceof InvalidTopicException) {
            return new KafkaFailure(Remedy.RETRY, SinkState.UNKNOWN_TOPIC, SLOW_MS, detail);
        }
        if (failure instanceof RetriableException) {
            // Kafka words it as a topic "not present in metadata", which sends people looking for the topic.
            String told = failure instanceof TimeoutException ? "no broker answers" : detail;
            return new KafkaFailure(Remedy.RETRY, SinkState.UNREACHABLE, AT_ONCE_MS, told);
        }
        if (failure instanceof ConfigException
                        && String.valueOf(failure.getMessage()).contains("bootstrap")
                || failure.getCause() instanceof ConfigException) {
            // the brokers' names are not known (yet): the other mistakes were found before
            return new KafkaFailure(Remedy.RESTART, SinkState.UNREACHABLE, SOON_MS, detail);
        }
        return new KafkaFailure(Remedy.RESTART, SinkState.REFUSED, SOON_MS, detail);
    }

    private static boolean mentionsKeyStore(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.security.GeneralSecurityException
                    || String.valueOf(cause.getMessage()).contains("SSL keystore")) {
                return true;
            }
        }
        return false;
    }

    /** The innermost sentence says most; its class says what kind. */
    private static String detail(Throwable failure) {
        Throwable inner = failure;
        while (inner.getCause() != null && inner.getCause() != inner) {
            inner = inner.getCause();
        }
        String text = inner.getClass().getSimpleName() + ": " + String.valueOf(inner.getMessage());
        String line = text.lines().findFirst().orElse("");
        return line.length() > LONGEST_DETAIL ? line.substring(0, LONGEST_DETAIL) + "..." : line;
    }
}
