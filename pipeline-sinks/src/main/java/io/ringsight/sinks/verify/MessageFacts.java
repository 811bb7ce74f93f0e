package io.ringsight.sinks.verify;

import java.util.Map;
import java.util.Set;

/**
 * What a consumer needs of a message to account for frames.
 *
 * @param isFrame whether it is a frame's message rather than a gap's
 * @param messageId unique name
 * @param sourceId the source
 * @param streamEpoch the daemon's run
 * @param frameSeq the last frame it covers
 * @param prevFrameSeq the last frame covered before it
 * @param gaps lost frames it covers, by reason
 * @param reason why there is a gap, or null for a frame
 * @param captureMs when the frame was taken, milliseconds since 1970, or {@link #NEVER}
 * @param captureClock which clock said so, or null
 * @param isResent whether it was lost first, and told so in a gap, and sent again later
 * @param publishedMs when the message was made, milliseconds since 1970, or {@link #NEVER}
 */
record MessageFacts(
        boolean isFrame,
        String messageId,
        String sourceId,
        String streamEpoch,
        long frameSeq,
        long prevFrameSeq,
        Map<String, Long> gaps,
        String reason,
        long captureMs,
        String captureClock,
        boolean isResent,
        long publishedMs) {
    /** No time is known. */
    static final long NEVER = 0;
    /** Numbers above are no frame counts; sums of smaller ones do not overflow. */
    static final long MAX_NUMBER = 1L << 53;
    /** The clock of recordings, which may be read as fast as one likes. */
    static final String RECORDING = "file";
    /** What nobody can vouch for: the last message of a run that ended without a word, or damaged records. */
    static final String UNKNOWN = "unknown";
    /** Reasons after which a source gives nothing more, as the operator or the recording wants it. */
    static final Set<String> WANTED_ENDS = Set.of("ended", "stopped");
    /** Reasons after which a source gives nothing more in a run. */
    static final Set<String> ENDS = Set.of("ended", "stopped", UNKNOWN);
    /** The message's name for what a sink could not keep. */
    static final String NOT_PUBLISHED = "not-published";

    /** How many frames it says it covers. */
    long span() {
        return frameSeq - prevFrameSeq;
    }

    /** How many frames it accounts for. */
    long explained() {
        long frames = isFrame ? 1 : 0;
        for (long lost : gaps.values()) {
            frames += lost;
        }
        return frames;
    }

    boolean isUnknown() {
        return UNKNOWN.equals(reason);
    }
}
