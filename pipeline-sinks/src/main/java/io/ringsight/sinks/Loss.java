package io.ringsight.sinks;

import io.ringsight.core.frame.FrameLosses;
import io.ringsight.core.frame.SourceId;

/**
 * A run of messages of one source and epoch that a sink could not keep: what its {@code not-published} gap message will
 * tell. Guarded by the queue it stands in until it is taken out.
 */
final class Loss {
    private final SourceId sourceId;
    private final String streamEpoch;
    private final String cause;
    private final long prevFrameSeq;
    private final long sinceUtcNs;
    private long untilUtcNs;
    private long frameSeq;
    private long frames;
    private long messages;
    private FrameLosses losses;

    /** Begins with {@code first}, lost for {@code cause}. */
    Loss(Message first, String cause) {
        sourceId = first.sourceId();
        streamEpoch = first.key().streamEpoch();
        this.cause = cause;
        prevFrameSeq = first.key().prevFrameSeq();
        sinceUtcNs = first.utcNs();
        add(first);
    }

    /** Whether {@code message} continues this loss. */
    boolean continues(Message message) {
        return streamEpoch.equals(message.key().streamEpoch());
    }

    /** Adds the next message of the source. */
    void add(Message message) {
        untilUtcNs = message.utcNs();
        frameSeq = message.key().frameSeq();
        messages++;
        if (message.type() == MessageType.FRAME) {
            frames++;
        }
        if (message.losses() != null) {
            if (losses == null) {
                losses = new FrameLosses();
            }
            losses.addAll(message.losses());
        }
    }

    SourceId sourceId() {
        return sourceId;
    }

    String streamEpoch() {
        return streamEpoch;
    }

    long frameSeq() {
        return frameSeq;
    }

    long prevFrameSeq() {
        return prevFrameSeq;
    }

    /** Frames that were analysed, but whose message was lost. */
    long frames() {
        return frames;
    }

    /** What the lost messages said of frames lost before, or null. */
    FrameLosses losses() {
        return losses;
    }

    long sinceUtcNs() {
        return sinceUtcNs;
    }

    long untilUtcNs() {
        return untilUtcNs;
    }

    /** How many messages, and why, for people. */
    String detail() {
        return messages + (messages == 1 ? " message: " : " messages: ") + cause;
    }
}
