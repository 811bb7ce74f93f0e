package io.ringsight.core.frame;

/**
 * A span of time in which a source gave no frames, or only frames that are not to be trusted
 * ({@link GapReason#isSuspicion()}), published when it begins, when its reason changes and when it ends.
 *
 * @param sourceId the source
 * @param gapSeq number of this gap message among the source's gap messages of the epoch, from 1
 * @param reason why
 * @param detail what the source said of it, without secrets; empty when it said nothing
 * @param lastFrameSeq number of the last frame the decoder gave so far, 0 before the first
 * @param prevFrameSeq the frame number of this source's message before, be it a frame or a gap; 0 before the first
 * @param losses frames after {@code prevFrameSeq} up to {@code lastFrameSeq}, none of which is in a message
 * @param span when it was
 */
public record Gap(
        SourceId sourceId,
        long gapSeq,
        GapReason reason,
        String detail,
        long lastFrameSeq,
        long prevFrameSeq,
        FrameLosses losses,
        Span span) {
    /**
     * When it was, nanoseconds since 1970 by the host's clock.
     *
     * @param sinceUtcNs when it began
     * @param untilUtcNs when it ended, or {@link Picture#UNKNOWN} while it lasts
     */
    public record Span(long sinceUtcNs, long untilUtcNs) {}

    /** Whether the gap lasts still. */
    public boolean isOpen() {
        return span.untilUtcNs == Picture.UNKNOWN;
    }
}
