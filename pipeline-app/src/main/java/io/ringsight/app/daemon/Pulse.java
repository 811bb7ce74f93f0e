package io.ringsight.app.daemon;

import java.util.List;

/**
 * How far frames have come at one moment.
 *
 * @param beats of each pipeline
 */
public record Pulse(List<Beat> beats) {
    /**
     * One pipeline's.
     *
     * @param left frames and gaps handed to the sinks since the start
     * @param entered frames and gaps taken from the sources since the start
     */
    public record Beat(long left, long entered) {
        private boolean isAfter(Beat before) {
            return left == entered || left != before.left;
        }
    }

    public Pulse {
        beats = List.copyOf(beats);
    }

    /** Of one pipeline. */
    public Pulse(long left, long entered) {
        this(List.of(new Beat(left, entered)));
    }

    /** How many frames and gaps are on their way. */
    public long inside() {
        return beats.stream().mapToLong(beat -> beat.entered() - beat.left()).sum();
    }

    /**
     * Whether every pipeline does its work: nothing is on its way, or something arrived since {@code before}. A pipeline
     * that holds frames and passes on none is stuck; a recording that waits for a receiver waits outside.
     */
    public boolean isBeating(Pulse before) {
        for (int i = 0; i < Math.min(beats.size(), before.beats.size()); i++) {
            if (!beats.get(i).isAfter(before.beats.get(i))) {
                return false;
            }
        }
        return true;
    }
}
