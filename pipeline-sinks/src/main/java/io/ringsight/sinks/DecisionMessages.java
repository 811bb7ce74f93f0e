package io.ringsight.sinks;

import com.fasterxml.jackson.core.io.SerializedString;
import io.ringsight.client.CaptureTime;
import io.ringsight.client.Coverage;
import io.ringsight.client.EventMessage;
import io.ringsight.client.Identity;
import io.ringsight.client.Message;
import io.ringsight.client.json.MessageWriter;
import io.ringsight.core.decision.Decision;
import io.ringsight.core.decision.Event;
import io.ringsight.core.decision.Summary;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Messages of what is concluded from frames, made as consumers see them and written by their library: they come seldom,
 * so they may cost an object or two more than those of frames. They cover no frames. Any thread.
 */
final class DecisionMessages {
    private final Clock clock;

    DecisionMessages(Clock clock) {
        this.clock = clock;
    }

    /**
     * What a message says beside the decision.
     *
     * @param frameSeq the last frame that was accounted for before it
     * @param sourceName may be null
     * @param evidence where the picture is kept that shows it, or null
     */
    record Context(String streamEpoch, long frameSeq, SerializedString sourceName, String evidence) {
        private MessageKey key(Decision decision, String number) {
            String source = decision.sourceId().value();
            return new MessageKey(
                    decision.sourceId(), streamEpoch, source + '/' + streamEpoch + '/' + number, frameSeq, frameSeq);
        }

        private Identity identity(MessageKey key) {
            return new Identity(
                    MessageJson.SCHEMA_VERSION,
                    key.messageId(),
                    key.sourceId().value(),
                    Optional.ofNullable(sourceName).map(SerializedString::getValue),
                    streamEpoch);
        }

        private Coverage coverage() {
            return new Coverage(frameSeq, frameSeq, Map.of(), false);
        }
    }

    /** The message. */
    EncodedMessage message(Decision decision, Context context) {
        long nowNs = clock.epochNanos();
        Instant now = instant(nowNs);
        Coverage coverage = context.coverage();
        if (decision instanceof Event event) {
            MessageKey key = context.key(event, "e" + event.number());
            return encoded(key, MessageType.EVENT, nowNs, event(event, context.identity(key), coverage, context, now));
        }
        if (decision instanceof Verdict verdict) {
            MessageKey key = context.key(verdict, "v" + verdict.verdictSeq());
            Message message = TypedVerdict.of(verdict, context.identity(key), coverage, context.evidence, now);
            return encoded(key, MessageType.VERDICT, nowNs, message);
        }
        if (decision instanceof Summary summary) {
            MessageKey key = context.key(summary, "m" + summary.number());
            Message message = TypedSummary.of(summary, context.identity(key), coverage, now);
            return encoded(key, MessageType.SUMMARY, nowNs, message);
        }
        throw new IllegalArgumentException("no such decision: " + decision);
    }

    private static EncodedMessage encoded(MessageKey key, MessageType type, long nowNs, Message message) {
        return new EncodedMessage(key, type, nowNs, null, MessageWriter.write(message));
    }

    private static EventMessage event(Event event, Identity identity, Coverage coverage, Context context, Instant now) {
        Event.What what = event.what();
        return new EventMessage(
                identity,
                coverage,
                new EventMessage.What(
                        what.kind().wireName(),
                        what.name(),
                        Optional.ofNullable(what.direction()),
                        what.severity().wireName(),
                        Optional.ofNullable(what.sentence())),
                new CaptureTime(
                        instantIfKnown(event.when().utcNs()),
                        event.when().clock().wireName(),
                        ifKnown(event.when().uncertaintyUs())),
                Optional.ofNullable(event.subject())
                        .map(subject -> new EventMessage.Subject(
                                context.streamEpoch + "/t" + subject.track(), subject.label(), subject.classId())),
                new EventMessage.Figures(
                        ifKnown(event.figures().durationMs()),
                        ifKnown(event.figures().missingMs()),
                        ifKnown(event.figures().count())),
                Optional.ofNullable(context.evidence),
                now);
    }

    private static OptionalLong ifKnown(long value) {
        return value == Picture.UNKNOWN ? OptionalLong.empty() : OptionalLong.of(value);
    }

    static Optional<Instant> instantIfKnown(long utcNs) {
        return utcNs == Picture.UNKNOWN ? Optional.empty() : Optional.of(instant(utcNs));
    }

    static Instant instant(long utcNs) {
        return Instant.ofEpochSecond(0, utcNs);
    }

    /** As messages have it; what is not finite stays so and becomes null. */
    static double rounded(double value, int decimals) {
        double scale = Math.pow(10, decimals);
        return Double.isFinite(value) ? Math.rint(value * scale) / scale : value;
    }
}
