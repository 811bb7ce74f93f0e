package io.ringsight.client;

import java.time.Instant;
import java.util.Optional;

/**
 * What accounts for frames in a message, whatever else it holds: those of a {@code frame} or {@code gap} do, others account for
 * none. Cheaper to read than the
 * whole, and forgiving: what a program on the way left out of the content, or a time that is none, does not matter.
 * Immutable.
 *
 * @param type what the message tells (field {@code type})
 * @param identity which message of which source it is
 * @param coverage the frames it accounts for
 * @param reason why there is a gap; empty for a frame (field {@code reason})
 * @param capture when the frame was taken; empty for a gap, or if the message does not name a clock
 * @param publishedAt when the message was made; empty if it does not say (field {@code publishedAt})
 */
public record MessageHead(
        String type,
        Identity identity,
        Coverage coverage,
        Optional<String> reason,
        Optional<CaptureTime> capture,
        Optional<Instant> publishedAt) {
    private static final String FRAME = "frame";
    private static final String GAP = "gap";

    /** The head of a message; empty for one that accounts for no frames. */
    public static Optional<MessageHead> of(Message message) {
        if (message instanceof FrameMessage frame) {
            return Optional.of(new MessageHead(
                    FRAME,
                    frame.identity(),
                    frame.coverage(),
                    Optional.empty(),
                    Optional.of(frame.times().capture()),
                    Optional.of(frame.publishedAt())));
        }
        if (message instanceof GapMessage gap) {
            return Optional.of(new MessageHead(
                    GAP,
                    gap.identity(),
                    gap.coverage(),
                    Optional.of(gap.reason()),
                    Optional.empty(),
                    Optional.of(gap.publishedAt())));
        }
        return Optional.empty();
    }

    /** Whether it is a frame's message. */
    public boolean isFrame() {
        return type.equals(FRAME);
    }

    /** Whether it accounts for frames: it is a frame's message or a gap's. */
    public boolean accountsForFrames() {
        return isFrame() || type.equals(GAP);
    }

    /** How many frames it accounts for: its own, and those in gaps. */
    public long explained() {
        return coverage.lost() + (isFrame() ? 1 : 0);
    }
}
