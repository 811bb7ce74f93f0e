package io.ringsight.sources.supervise;

import io.ringsight.core.frame.GapReason;

/**
 * Why a run of a source ended.
 *
 * @param reason one that is a span of time, not a count of frames
 * @param detail what is known of it, one sentence for people, without secrets; empty when the reason says all
 * @param retry whether another run may succeed without somebody changing the configuration
 */
public record Ending(GapReason reason, String detail, boolean retry) {
    public Ending {
        if (reason.countsFrames()) {
            throw new IllegalArgumentException(reason + " counts frames; an ending needs a span of time");
        }
    }

    /** The source was told to stop. */
    public static Ending stopped() {
        return new Ending(GapReason.STOPPED, "", false);
    }

    /** The recording is over. */
    public static Ending ended(String detail) {
        return new Ending(GapReason.ENDED, detail, false);
    }

    /** It may come back by itself. */
    public static Ending retry(GapReason reason, String detail) {
        return new Ending(reason, detail, true);
    }

    /** It will not come back by itself. */
    public static Ending fatal(GapReason reason, String detail) {
        return new Ending(reason, detail, false);
    }

    /** Reason and detail in one line, for people. */
    @Override
    public String toString() {
        return detail.isEmpty() ? reason.wireName() : reason.wireName() + ": " + detail;
    }
}
