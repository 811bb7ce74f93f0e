package io.ringsight.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which frames of its source a message accounts for: those after {@code prevFrameSeq} up to {@code frameSeq}. Each is
 * the message's own frame or counted in {@code gaps}. Immutable.
 *
 * @param prevFrameSeq the last frame that the source's message before this one covers; 0 when there was none (field
 *     {@code prevFrameSeq})
 * @param frameSeq number of the last frame covered, counted from 1 in each run of the daemon; for a frame its own; in a
 *     gap 0 when there was no frame yet (field {@code frameSeq})
 * @param gaps frames without a message of their own, by reason such as {@code overload} or {@code late}; empty when
 *     there are none (field {@code gaps})
 * @param resent whether the message was refused first, told so in a gap message, and sent again later: it stands behind
 *     its place, and its frames are counted in that gap, too (field {@code resent})
 */
public record Coverage(long prevFrameSeq, long frameSeq, Map<String, Long> gaps, boolean resent) {
    public Coverage {
        // Map.copyOf would lose the order of the message.
        gaps = gaps.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(gaps));
    }

    /** How many frames it covers. */
    public long frames() {
        return frameSeq - prevFrameSeq;
    }

    /** How many of them are counted in gaps. */
    public long lost() {
        long lost = 0;
        for (long frames : gaps.values()) {
            lost += frames;
        }
        return lost;
    }
}
