package io.ringsight.client;

import java.time.Instant;
import java.util.Optional;

/**
 * What accounts for frames in a {@code frame} or {@code gap} message, whatever else it holds. Cheaper to read than the
 * whole, and forgiving: what a program on the way left out of the content, or a time that is none, does not matter.
 * Immutable.
 *
 * @param isFrame whether it is a frame's message rather than a gap's (field {@code type})
 * @param identity which message of which source it is
 * @param coverage the frames it accounts for
 * @param reason why there is a gap; empty for a frame (field {@code reason})
 * @param capture when the frame was taken; empty for a gap, or if the message does not name a clock
 * @param publishedAt when the message was made; empty if it does not say (field {@code publishedAt})
 */
public record MessageHead(
        boolean isFrame,
        Identity identity,
        Coverage coverage,
        Optional<String> reason,
        Optional<CaptureTime> capture,
        Optional<Instant> publishedAt) {
    /** The head of a message; empty for one that accounts for no frames. */
    public static Optional<MessageHead> of(Message message) {
        if (message instanceof FrameMessage frame) {
            return Optional.of(new MessageHead(
                    true,
                    frame.identity(),
                    frame.coverage(),
                    Optional.empty(),
                    Optional.of(frame.times().capture()),
                    Optional.of(frame.publishedAt())));
        }
        if (message instanceof GapMessage gap) {
            return Optional.of(new MessageHead(
                    false,
                    gap.identity(),
                    gap.coverage(),
                    Optional.of(gap.reason()),
                    Optional.empty(),
                    Optional.of(gap.publishedAt())));
        }
        return Optional.empty();
    }

    /** How many frames it accounts for: its own, and those in gaps. */
    public long explained() {
        return coverage.lost() + (isFrame ? 1 : 0);
    }
}
