package io.ringsight.sinks;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Gap messages: the pipeline's own, those that stand for messages a sink could not keep, and those that tell of a run
 * that ended without a word. One thread.
 */
public final class GapJson {
    private final JsonText text = new JsonText();
    private final Clock clock;

    /** For messages made now by {@code clock}. */
    public GapJson(Clock clock) {
        this.clock = clock;
    }

    /** The message of a span of time without frames; {@code sourceName} may be null. */
    EncodedMessage gap(Gap gap, String streamEpoch, SerializedString sourceName) {
        String id = gap.sourceId().value() + '/' + streamEpoch + "/g" + gap.gapSeq();
        MessageKey key = new MessageKey(gap.sourceId(), streamEpoch, id, gap.lastFrameSeq(), gap.prevFrameSeq());
        Span span = new Span(
                gap.reason(), gap.detail(), gap.span().sinceUtcNs(), gap.span().untilUtcNs());
        return message(key, sourceName, MessageParts.copyIfAny(gap.losses()), span);
    }

    /**
     * The message that counts the frames whose messages were lost, and what those messages told of frames lost before.
     *
     * @param number the last part of its name, unique in the epoch among the source's messages
     */
    public EncodedMessage lost(Loss loss, String number) {
        String id = loss.sourceId().value() + '/' + loss.streamEpoch() + '/' + number;
        MessageKey key = new MessageKey(loss.sourceId(), loss.streamEpoch(), id, loss.frameSeq(), loss.prevFrameSeq());
        Span span = new Span(loss.reason(), loss.detail(), loss.sinceUtcNs(), loss.untilUtcNs());
        return message(key, loss.sourceName(), MessageParts.copyIfAny(loss.losses()), span);
    }

    /**
     * The last message of a run that ended without a word: from {@code sinceUtcNs} until now nothing is known.
     *
     * @param streamEpoch the run
     * @param frameSeq the last frame that is known of
     * @param sinceUtcNs when that was
     */
    public EncodedMessage unknown(SourceId sourceId, String streamEpoch, long frameSeq, long sinceUtcNs) {
        MessageKey key =
                new MessageKey(sourceId, streamEpoch, sourceId.value() + '/' + streamEpoch + "/u1", frameSeq, frameSeq);
        String detail = "the run ended without a word; frame " + frameSeq + " is the last known";
        return message(key, null, null, new Span(GapReason.UNKNOWN, detail, sinceUtcNs, notBefore(sinceUtcNs)));
    }

    /** The host's clock may have been set back between two runs. */
    private long notBefore(long utcNs) {
        return Math.max(utcNs, clock.epochNanos());
    }

    /**
     * Stands for messages the disk damaged: of what lies between the message before it and {@code frameSeq} nothing is
     * known.
     *
     * @param number the last part of its name, unique in the epoch among the source's messages
     */
    public EncodedMessage damaged(
            SourceId sourceId, String streamEpoch, long frameSeq, long sinceUtcNs, long untilUtcNs, String number) {
        String id = sourceId.value() + '/' + streamEpoch + '/' + number;
        MessageKey key = new MessageKey(sourceId, streamEpoch, id, frameSeq, frameSeq);
        String detail = "messages up to frame " + frameSeq + " were damaged on the disk of the spool";
        return message(
                key, null, null, new Span(GapReason.UNKNOWN, detail, sinceUtcNs, Math.max(sinceUtcNs, untilUtcNs)));
    }

    private EncodedMessage message(MessageKey key, SerializedString sourceName, FrameLosses losses, Span span) {
        long nowNs = clock.epochNanos();
        try {
            JsonGenerator out = text.begin();
            out.writeStartObject();
            MessageParts.head(out, MessageType.GAP, key, sourceName);
            MessageParts.gaps(out, losses);
            MessageParts.string(out, MessageParts.REASON, span.reason.wireName());
            MessageParts.string(out, MessageParts.DETAIL, span.detail.isEmpty() ? null : span.detail);
            text.utc(MessageParts.SINCE, span.sinceUtcNs);
            text.utc(MessageParts.UNTIL, span.untilUtcNs);
            text.utc(MessageParts.PUBLISHED_AT, nowNs);
            out.writeEndObject();
            return new EncodedMessage(key, MessageType.GAP, nowNs, losses, text.end());
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer in memory cannot fail", e);
        }
    }

    /** When and why. */
    private record Span(GapReason reason, String detail, long sinceUtcNs, long untilUtcNs) {}
}
