package io.ringsight.sinks.kafka.check;

import io.ringsight.sinks.Remark;
import io.ringsight.sinks.Remark.Level;

/** What the difference between this machine's clock and the broker's means. */
final class ClockDifference {
    private static final long MAX_GOOD_MS = 2_000;
    /** Kafka 4 refuses records that are further ahead than this, unless told otherwise. */
    private static final long REFUSED_MS = 3_600_000;

    private ClockDifference() {}

    /**
     * Judges.
     *
     * @param aheadMs how far this machine is ahead of the broker; negative: behind
     * @param uncertaintyMs how far off that may be
     */
    static Remark remark(long aheadMs, long uncertaintyMs) {
        String told = "this machine's clock is " + Math.abs(aheadMs) + " ms " + (aheadMs < 0 ? "behind" : "ahead of")
                + " the broker's (\u00b1 " + (uncertaintyMs + 1) + " ms)";
        if (Math.abs(aheadMs) <= MAX_GOOD_MS + uncertaintyMs) {
            return new Remark(Level.GOOD, "clock", told);
        }
        boolean isRefused = aheadMs > REFUSED_MS - uncertaintyMs;
        return new Remark(
                isRefused ? Level.BAD : Level.WARNING,
                "clock",
                told + "; set both by NTP" + (isRefused ? ": the broker refuses messages that are an hour ahead" : ""));
    }
}
