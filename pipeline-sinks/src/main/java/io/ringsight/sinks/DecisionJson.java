package io.ringsight.sinks;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.ringsight.core.decision.Decision;
import io.ringsight.core.decision.Event;
import io.ringsight.core.decision.Summary;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Messages of what is concluded from frames. They cover no frames. One thread. */
final class DecisionJson {
    private final JsonText text = new JsonText();
    private final Clock clock;

    DecisionJson(Clock clock) {
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
        /** It covers no frames. */
        private MessageKey key(SourceId source, String number) {
            return new MessageKey(
                    source, streamEpoch, source.value() + '/' + streamEpoch + '/' + number, frameSeq, frameSeq);
        }
    }

    /** The message. */
    EncodedMessage message(Decision decision, Context context) {
        if (decision instanceof Event event) {
            return event(event, context);
        }
        if (decision instanceof Verdict verdict) {
            return verdict(verdict, context);
        }
        if (decision instanceof Summary summary) {
            return summary(summary, context);
        }
        throw new IllegalArgumentException("no such decision: " + decision);
    }

    private EncodedMessage verdict(Verdict verdict, Context context) {
        MessageKey key = context.key(verdict.sourceId(), "v" + verdict.verdictSeq());
        long nowNs = clock.epochNanos();
        try {
            JsonGenerator out = text.begin();
            out.writeStartObject();
            MessageParts.head(out, MessageType.VERDICT, key, context.sourceName);
            MessageParts.gaps(out, null);
            VerdictJson.write(text, out, verdict, context.evidence);
            text.utc(MessageParts.PUBLISHED_AT, nowNs);
            out.writeEndObject();
            return new EncodedMessage(key, MessageType.VERDICT, nowNs, null, text.end());
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer in memory cannot fail", e);
        }
    }

    private EncodedMessage summary(Summary summary, Context context) {
        MessageKey key = context.key(summary.sourceId(), "m" + summary.number());
        long nowNs = clock.epochNanos();
        try {
            JsonGenerator out = text.begin();
            out.writeStartObject();
            MessageParts.head(out, MessageType.SUMMARY, key, context.sourceName);
            MessageParts.gaps(out, null);
            new SummaryJson(text, out).write(summary);
            text.utc(MessageParts.PUBLISHED_AT, nowNs);
            out.writeEndObject();
            return new EncodedMessage(key, MessageType.SUMMARY, nowNs, null, text.end());
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer in memory cannot fail", e);
        }
    }

    private EncodedMessage event(Event event, Context context) {
        MessageKey key = context.key(event.sourceId(), "e" + event.number());
        long nowNs = clock.epochNanos();
        try {
            JsonGenerator out = text.begin();
            out.writeStartObject();
            MessageParts.head(out, MessageType.EVENT, key, context.sourceName);
            MessageParts.gaps(out, null);
            MessageParts.string(out, MessageParts.EVENT, event.what().kind().wireName());
            MessageParts.string(out, MessageParts.NAME, event.what().name());
            if (event.what().direction() != null) {
                MessageParts.string(out, MessageParts.DIRECTION, event.what().direction());
            }
            MessageParts.string(
                    out, MessageParts.SEVERITY, event.what().severity().wireName());
            if (event.what().sentence() != null) {
                MessageParts.string(out, MessageParts.SENTENCE, event.what().sentence());
            }
            text.captureTime(
                    event.when().utcNs(), event.when().clock(), event.when().uncertaintyUs());
            subject(out, event.subject(), context.streamEpoch);
            figure(MessageParts.DURATION_MS, event.figures().durationMs());
            figure(MessageParts.MISSING_MS, event.figures().missingMs());
            figure(MessageParts.COUNT, event.figures().count());
            if (context.evidence != null) {
                MessageParts.string(out, MessageParts.EVIDENCE, context.evidence);
            }
            text.utc(MessageParts.PUBLISHED_AT, nowNs);
            out.writeEndObject();
            return new EncodedMessage(key, MessageType.EVENT, nowNs, null, text.end());
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer in memory cannot fail", e);
        }
    }

    private void subject(JsonGenerator out, Event.Subject subject, String streamEpoch) throws IOException {
        if (subject != null) {
            MessageParts.string(out, MessageParts.TRACK_ID, streamEpoch + "/t" + subject.track());
            MessageParts.string(out, MessageParts.TRACK_LABEL, subject.label());
            text.number(MessageParts.CLASS_ID, subject.classId());
        }
    }

    private void figure(SerializedString field, long value) throws IOException {
        if (value != Picture.UNKNOWN) {
            text.number(field, value);
        }
    }
}
