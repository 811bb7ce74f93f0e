package io.ringsight.sinks;

import com.fasterxml.jackson.core.JsonGenerator;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Gap messages: the pipeline's own, and those that stand for messages a sink could not keep. One thread. */
final class GapJson {
    private final JsonText text = new JsonText();
    private final Clock clock;

    GapJson(Clock clock) {
        this.clock = clock;
    }

    /** The message of a span of time without frames. */
    Message gap(Gap gap, String streamEpoch) {
        String id = gap.sourceId().value() + '/' + streamEpoch + "/g" + gap.gapSeq();
        MessageKey key = new MessageKey(gap.sourceId(), streamEpoch, id, gap.lastFrameSeq(), gap.prevFrameSeq());
        Span span = new Span(gap.reason(), gap.detail(), gap.sinceUtcNs(), gap.untilUtcNs());
        return message(key, 0, JsonFields.copyIfAny(gap.losses()), span);
    }

    /**
     * The message of reason {@code not-published}: counts the frames whose messages were lost, and what those messages
     * told of frames lost before.
     *
     * @param lossSeq number of this message among those the sink made of the source, from 1
     */
    Message notPublished(Loss loss, long lossSeq) {
        String id = loss.sourceId().value() + '/' + loss.streamEpoch() + "/n" + lossSeq;
        MessageKey key = new MessageKey(loss.sourceId(), loss.streamEpoch(), id, loss.frameSeq(), loss.prevFrameSeq());
        Span span = new Span(GapReason.NOT_PUBLISHED, loss.detail(), loss.sinceUtcNs(), loss.untilUtcNs());
        return message(key, loss.frames(), loss.losses(), span);
    }

    private Message message(MessageKey key, long notPublished, FrameLosses losses, Span span) {
        long nowNs = clock.epochNanos();
        try {
            JsonGenerator out = text.begin();
            out.writeStartObject();
            JsonFields.head(out, MessageType.GAP, key);
            JsonFields.gaps(out, notPublished, losses);
            JsonFields.string(out, JsonFields.REASON, span.reason.wireName());
            JsonFields.string(out, JsonFields.DETAIL, span.detail.isEmpty() ? null : span.detail);
            text.utc(JsonFields.SINCE, span.sinceUtcNs);
            text.utc(JsonFields.UNTIL, span.untilUtcNs);
            text.utc(JsonFields.PUBLISHED_AT, nowNs);
            out.writeEndObject();
            return new Message(key, MessageType.GAP, nowNs, losses, text.end());
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer in memory cannot fail", e);
        }
    }

    /** When and why. */
    private record Span(GapReason reason, String detail, long sinceUtcNs, long untilUtcNs) {}
}
