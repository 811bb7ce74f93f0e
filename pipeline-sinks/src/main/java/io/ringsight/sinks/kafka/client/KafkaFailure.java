package io.ringsight.sinks.kafka.client;

import io.ringsight.core.metrics.SinkState;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
public record KafkaFailure(Remedy remedy, SinkState state, long pauseMs, String detail) {
    /** A broker that answers is used so soon; a full buffer (16 MiB) does not empty sooner on a fast line. */
    private static final long AT_ONCE_MS = 50;

    private static final long SOON_MS = 1_000;
    /** Rarely, so that no account is locked for too many wrong passwords. */
    private static final long SLOW_MS = 10_000;

    private static final int MAX_DETAIL = 300;
    private static final Pattern TIMES =
            Pattern.compile("Timestamp (\\d{1,18}) .*within \\[(-?\\d{1,19}), (-?\\d{1,19})]");

    /** What helps. */
    public enum Remedy {
        /** The same message again. */
        RETRY,
        /** A new producer, and all that is unanswered again. */
        RESTART,
        /** Nothing: this message will never be taken. */
        SKIP
    }

    public static KafkaFailure of(Throwable failure) {
        String detail = detail(failure);
        if (failure instanceof InvalidTimestampException || isOfTheClock(failure)) {
            // a record gets its time when it is sent: sent again it is a new one
            return new KafkaFailure(Remedy.RESTART, SinkState.CLOCK_REFUSED, SOON_MS, clock(detail));
        }
        if (failure instanceof RecordTooLargeException
                || failure instanceof SerializationException
                || failure instanceof InvalidRecordException) {
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

    /** Of several bad records in a batch Kafka's client names each invalid: the broker's words alone say in what way. */
    private static boolean isOfTheClock(Throwable failure) {
        return failure instanceof InvalidRecordException
                && TIMES.matcher(String.valueOf(failure.getMessage())).find();
    }

    /**
     * What it means for a gap message: set aside, it would take the only word of the frames it counts with it, so it is
     * held until the broker takes it.
     */
    public KafkaFailure ofGap() {
        return remedy == Remedy.SKIP
                ? new KafkaFailure(Remedy.RESTART, SinkState.REFUSED, SOON_MS, detail + "; a gap message must arrive")
                : this;
    }

    /** The broker names the span it takes, around its own clock. */
    private static String clock(String detail) {
        Matcher span = TIMES.matcher(detail);
        if (!span.find()) {
            return detail + "; compare this machine's clock with the broker's";
        }
        long recordMs = Long.parseLong(span.group(1));
        long apartMs = recordMs - Long.parseLong(span.group(3));
        String apart = apartMs > 0
                ? Duration.ofMillis(apartMs).toSeconds()
                        + " s later than the broker takes: this machine's clock is ahead"
                : Duration.ofMillis(Long.parseLong(span.group(2)) - recordMs).toSeconds()
                        + " s older than the broker takes: this machine's clock is behind, or the messages waited";
        return "the messages' time " + Instant.ofEpochMilli(recordMs) + " is " + apart + "; set the clock (NTP)";
    }

    /** An {@link Error} ended the thread in which Kafka's producer sends. */
    public static KafkaFailure ofNetworkThread() {
        return new KafkaFailure(
                Remedy.RESTART,
                SinkState.FAILED,
                SOON_MS,
                "the network thread of Kafka's producer died; a new one starts");
    }

    /** The wall clock was set back while the broker did not answer. */
    public static KafkaFailure ofClockSetBack() {
        return new KafkaFailure(
                Remedy.RESTART,
                SinkState.UNREACHABLE,
                SOON_MS,
                "this machine's clock was set back, for which Kafka's producer would wait; a new one connects");
    }

    /** Whether another message of the same batch may say better what is wrong. */
    public boolean isVague() {
        return state == SinkState.REFUSED;
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
        String text = inner.getClass().getSimpleName() + ": " + KafkaText.clean(inner.getMessage());
        String line = text.lines().findFirst().orElse("");
        return line.length() > MAX_DETAIL ? line.substring(0, MAX_DETAIL) + "..." : line;
    }
}
