package io.ringsight.sinks.mqtt;

import com.hivemq.client.mqtt.exceptions.MqttEncodeException;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3ConnAckException;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3SubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import io.ringsight.core.metrics.SinkState;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;

/**
 * What went wrong between us and the broker.
 *
 * @param state how the sink stands
 * @param isFinal whether this message will never be taken
 * @param detail one line for people, without secrets
 */
record MqttFailure(SinkState state, boolean isFinal, String detail) {
    /** The reasons of MQTT 5, and the return codes of 3.1.1, by their names. */
    private static final Set<String> OF_ACCESS =
            Set.of("BAD_USER_NAME_OR_PASSWORD", "NOT_AUTHORIZED", "BANNED", "BAD_AUTHENTICATION_METHOD");

    private static final Set<String> NEVER = Set.of("TOPIC_NAME_INVALID", "PAYLOAD_FORMAT_INVALID", "PACKET_TOO_LARGE");
    private static final int MAX_DETAIL = 300;

    /** By what an answer failed with. */
    static MqttFailure of(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null
                && (cause instanceof ExecutionException || cause instanceof CompletionException)) {
            cause = cause.getCause();
        }
        String reason = reason(cause);
        if (cause instanceof Mqtt5ConnAckException || cause instanceof Mqtt3ConnAckException) {
            return OF_ACCESS.contains(reason)
                    ? later(SinkState.AUTH_FAILED, "the broker answered " + reason)
                    : later(SinkState.REFUSED, "the broker answered " + reason);
        }
        if (cause instanceof Mqtt5PubAckException) {
            SinkState state = OF_ACCESS.contains(reason) ? SinkState.NOT_AUTHORIZED : SinkState.REFUSED;
            return new MqttFailure(state, NEVER.contains(reason), "the broker answered " + reason);
        }
        if (cause instanceof Mqtt5SubAckException || cause instanceof Mqtt3SubAckException) {
            return later(SinkState.NOT_AUTHORIZED, "the broker refused the subscription");
        }
        if (cause instanceof MqttEncodeException) {
            return new MqttFailure(SinkState.REFUSED, true, "the broker takes no message as large as this one");
        }
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof SSLException) {
                return later(SinkState.TLS_FAILED, line(at));
            }
        }
        return later(SinkState.UNREACHABLE, line(cause.getCause() == null ? cause : cause.getCause()));
    }

    private static MqttFailure later(SinkState state, String detail) {
        return new MqttFailure(state, false, detail);
    }

    private static String reason(Throwable cause) {
        if (cause instanceof Mqtt5ConnAckException refused) {
            return refused.getMqttMessage().getReasonCode().toString();
        }
        if (cause instanceof Mqtt3ConnAckException refused) {
            return refused.getMqttMessage().getReturnCode().toString();
        }
        if (cause instanceof Mqtt5PubAckException refused) {
            return refused.getMqttMessage().getReasonCode().toString();
        }
        return "";
    }

    private static String line(Throwable cause) {
        String text = cause.getMessage() == null
                ? cause.getClass().getSimpleName()
                : cause.getClass().getSimpleName() + ": " + cause.getMessage().replaceAll("\\s+", " ");
        return text.substring(0, Math.min(MAX_DETAIL, text.length()));
    }
}
