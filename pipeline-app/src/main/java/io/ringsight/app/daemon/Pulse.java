package io.ringsight.app.daemon;

/**
 * How far frames have come at one moment.
 *
 * @param left frames and gaps handed to the sinks since the start
 * @param entered frames and gaps taken from the sources since the start
 */
public record Pulse(long left, long entered) {
    /**
     * Whether the pipeline does its work: nothing is on its way, or something arrived since {@code before}. A pipeline that
     * holds frames and passes on none is stuck; a recording that waits for a receiver waits outside.
     */
    public boolean isBeating(Pulse before) {
        return left == entered || left != before.left;
    }
}
