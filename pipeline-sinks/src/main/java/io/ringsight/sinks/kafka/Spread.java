package io.ringsight.sinks.kafka;

/**
 * Over how many partitions a topic's messages are spread. Those that are added are used once all that was sent before is
 * answered: else what has to be sent again, by this daemon or by its next start, would go to another partition of its
 * source than before, behind newer messages that are there already. One thread.
 */
final class Spread {
    private int partitions;

    /**
     * Goes by {@code now} partitions if that may be.
     *
     * @param hasUnanswered whether anything that was sent waits for its answer
     * @return false if the next message has to wait for answers
     */
    boolean follow(int now, boolean hasUnanswered) {
        if (now != partitions && hasUnanswered) {
            return false;
        }
        partitions = now;
        return true;
    }

    /** 0 as long as nobody knows. */
    int partitions() {
        return partitions;
    }
}
