package io.ringsight.sinks.kafka.client;

import io.ringsight.core.metrics.SinkState;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Why a producer waits, in Kafka's own words. While it tries again it throws nothing: only its log says what the broker
 * answers.
 *
 * @param state how the sink stands
 * @param text one line
 */
public record KafkaReason(SinkState state, String text) {
    private static final int MAX_CHARS = 300;
    private static final Pattern CONTEXT = Pattern.compile("^\\[[^\\]]*\\] ");
    private static final Pattern ANSWER = Pattern.compile("^Got error .* response.*Error: ([A-Z_]+).*");
    /** By the network thread that said it; taken out when its producer is closed. */
    private static final Map<Thread, KafkaReason> LAST = new ConcurrentHashMap<>();

    /** A producer's own thread logs a warning. To be called by that thread; others are ignored. */
    public static void heard(String line) {
        Thread thread = Thread.currentThread();
        if (thread.getName().startsWith(NetworkThread.NAME)) {
            LAST.merge(thread, of(line), KafkaReason::better);
        }
    }

    /** Kafka says "disconnected" after each connection that failed, too: the line before it says why. */
    static KafkaReason better(KafkaReason before, KafkaReason after) {
        boolean isKnown = before.text.contains("could not be established") || before.text.contains("authentication");
        return isKnown && after.text.contains(" disconnected") ? before : after;
    }

    /** What a line of Kafka's log means. */
    static KafkaReason of(String line) {
        String text = CONTEXT.matcher(KafkaText.clean(line))
                .replaceFirst("")
                .lines()
                .findFirst()
                .orElse("");
        text = ANSWER.matcher(text).replaceFirst("the broker answers $1");
        SinkState state = SinkState.UNREACHABLE;
        if (text.contains("NOT_ENOUGH_REPLICAS")) {
            state = SinkState.NOT_ENOUGH_REPLICAS;
            text += " (fewer replicas are in sync than min.insync.replicas asks for)";
        } else if (text.matches("(Connection to|Error connecting to) node .*") && !text.contains("node -")) {
            text += " (the address is the broker's advertised.listeners)";
        } else if (text.contains("disconnected")) {
            text += " (closed by the broker: does it expect TLS or SASL, or the other way round? security.protocol)";
        }
        return new KafkaReason(state, text.length() > MAX_CHARS ? text.substring(0, MAX_CHARS) + "..." : text);
    }

    static KafkaReason lastOf(Thread thread) {
        return LAST.get(thread);
    }

    static void forget(Thread thread) {
        LAST.remove(thread);
    }
}
