package io.ringsight.sinks;

import com.fasterxml.jackson.core.io.SerializedString;
import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.SourceId;

/**
 * A run of messages of one source and epoch that a sink could not keep: what its gap message will tell. Owned by one
 * thread at a time.
 */
public final class Loss {
    private final SourceId sourceId;
    private final String streamEpoch;
    /** Or null. */
    private final SerializedString sourceName;

    private final GapReason reason;
    private final String cause;
    private long prevFrameSeq;
    private final long sinceUtcNs;
    private long untilUtcNs;
    private long frameSeq;
    private long messages;
    /** Whether one of its messages does. */
    private boolean coversFrames;

    private final FrameLosses losses = new FrameLosses();

    /**
     * Begins with {@code first}.
     *
     * @param reason one that counts frames
     * @param cause why it was lost, for people
     */
    public Loss(EncodedMessage first, GapReason reason, String cause) {
        sourceId = first.sourceId();
        streamEpoch = first.key().streamEpoch();
        sourceName = MessageParts.sourceName(first);
        this.reason = reason;
        this.cause = cause;
        sinceUtcNs = first.utcNs();
        add(first);
    }

    /** Whether {@code message} continues this loss. */
    public boolean continues(EncodedMessage message) {
        return streamEpoch.equals(message.key().streamEpoch());
    }

    /** Adds the next message of the source. */
    public void add(EncodedMessage message) {
        untilUtcNs = message.utcNs();
        if (!coversFrames) {
            // what covers none may name an earlier frame
            prevFrameSeq = message.key().prevFrameSeq();
            frameSeq = message.key().frameSeq();
        } else if (message.type().coversFrames()) {
            frameSeq = message.key().frameSeq();
        }
        coversFrames |= message.type().coversFrames();
        messages++;
        if (message.type() == MessageType.FRAME) {
            losses.add(reason, 1);
        }
        if (message.losses() != null) {
            losses.addAll(message.losses());
        }
    }

    public SourceId sourceId() {
        return sourceId;
    }

    String streamEpoch() {
        return streamEpoch;
    }

    /** What people call the source, as its first message says, or null. */
    SerializedString sourceName() {
        return sourceName;
    }

    long frameSeq() {
        return frameSeq;
    }

    long prevFrameSeq() {
        return prevFrameSeq;
    }

    /** Why. */
    GapReason reason() {
        return reason;
    }

    /** Frames that were analysed, but whose message was lost, and what the lost messages said of frames lost before. */
    FrameLosses losses() {
        return losses;
    }

    /** When its first message was made. */
    public long sinceUtcNs() {
        return sinceUtcNs;
    }

    long untilUtcNs() {
        return untilUtcNs;
    }

    /** How many messages, and why, for people. Of what may have been added up before, why only. */
    String detail() {
        if (reason == GapReason.SPOOL_FULL) {
            return cause;
        }
        return messages + (messages == 1 ? " message: " : " messages: ") + cause;
    }
}
