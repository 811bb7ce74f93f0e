package io.ringsight.sinks;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.ringsight.core.decision.Decision;
import io.ringsight.core.decision.Event;
import io.ringsight.core.decision.Summary;
import io.ringsight.core.decision.Verdict;
import io.ringsight.core.frame.Picture;
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
     * The message.
     *
     * @param frameSeq the last frame that was accounted for before it
     * @param sourceName may be null
     */
    EncodedMessage message(Decision decision, String streamEpoch, long frameSeq, SerializedString sourceName) {
        if (decision instanceof Event event) {
            return event(event, streamEpoch, frameSeq, sourceName);
        }
        if (decision instanceof Verdict verdict) {
            return verdict(verdict, streamEpoch, frameSeq, sourceName);
        }
        if (decision instanceof Summary summary) {
            return summary(summary, streamEpoch, frameSeq, sourceName);
        }
        throw new IllegalArgumentException("no such decision: " + decision);
    }

    private EncodedMessage verdict(Verdict verdict, String streamEpoch, long frameSeq, SerializedString sourceName) {
        String id = verdict.sourceId().value() + '/' + streamEpoch + "/v" + verdict.verdictSeq();
        MessageKey key = new MessageKey(verdict.sourceId(), streamEpoch, id, frameSeq, frameSeq);
        long nowNs = clock.epochNanos();
        try {
            JsonGenerator out = text.begin();
            out.writeStartObject();
            MessageParts.head(out, MessageType.VERDICT, key, sourceName);
            MessageParts.gaps(out, null);
            VerdictJson.write(text, out, verdict);
            text.utc(MessageParts.PUBLISHED_AT, nowNs);
            out.writeEndObject();
            return new EncodedMessage(key, MessageType.VERDICT, nowNs, null, text.end());
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer in memory cannot fail", e);
        }
    }

    private EncodedMessage summary(Summary summary, String streamEpoch, long frameSeq, SerializedString sourceName) {
        String id = summary.sourceId().value() + '/' + streamEpoch + "/m" + summary.number();
        MessageKey key = new MessageKey(summary.sourceId(), streamEpoch, id, frameSeq, frameSeq);
        long nowNs = clock.epochNanos();
        try {
            JsonGenerator out = text.begin();
            out.writeStartObject();
            MessageParts.head(out, MessageType.SUMMARY, key, sourceName);
            MessageParts.gaps(out, null);
            new SummaryJson(text, out).write(summary);
            text.utc(MessageParts.PUBLISHED_AT, nowNs);
            out.writeEndObject();
            return new EncodedMessage(key, MessageType.SUMMARY, nowNs, null, text.end());
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer in memory cannot fail", e);
        }
    }

    private EncodedMessage event(Event event, String streamEpoch, long frameSeq, SerializedString sourceName) {
        String id = event.sourceId().value() + '/' + streamEpoch + "/e" + event.number();
        MessageKey key = new MessageKey(event.sourceId(), streamEpoch, id, frameSeq, frameSeq);
        long nowNs = clock.epochNanos();
        try {
            JsonGenerator out = text.begin();
            out.writeStartObject();
            MessageParts.head(out, MessageType.EVENT, key, sourceName);
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
            subject(out, event.subject(), streamEpoch);
            figure(MessageParts.DURATION_MS, event.figures().durationMs());
            figure(MessageParts.MISSING_MS, event.figures().missingMs());
            figure(MessageParts.COUNT, event.figures().count());
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
