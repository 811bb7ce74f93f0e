package io.ringsight.core.pipeline;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;

/**
 * A gap as the source's thread saw it.
 *
 * @param gapSeq number among the source's gap messages, from 1
 * @param sinceUtcNs when no more frames came
 * @param untilUtcNs when they came again, or {@link Picture#UNKNOWN}
 */
record GapEvent(long gapSeq, GapReason reason, String detail, long sinceUtcNs, long untilUtcNs) {
    /** Its end. */
    GapEvent until(long endSeq, long endUtcNs) {
        return new GapEvent(endSeq, reason, detail, sinceUtcNs, endUtcNs);
    }
}
