package io.ringsight.sources.supervise;

/**
 * When to suspect a camera of not showing what is before it.
 *
 * @param frozenMs how long the picture may be unchanged or black, in milliseconds; 0: for ever
 * @param timeStoppedMs how long the stream's time may stand still while frames come, in milliseconds; 0: for ever
 */
public record SuspicionLimits(long frozenMs, long timeStoppedMs) {
    /** Nothing is suspected: recordings and drawings. */
    public static final SuspicionLimits NONE = new SuspicionLimits(0, 0);
}
