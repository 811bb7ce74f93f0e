package io.ringsight.sinks.queue;

/**
 * What a sink's queue holds at most: accepted messages that are not acknowledged yet. Whichever limit is reached first
 * holds. Recordings wait from half of it on; what they have in the pipeline then may go over it.
 *
 * @param messages at least 1
 * @param bytes at least 1; a longer message is accepted only by an empty queue
 */
public record QueueLimits(int messages, long bytes) {
    /** Some minutes of four cameras' messages. */
    public static final QueueLimits DEFAULT = new QueueLimits(20_000, 32L << 20);

    public QueueLimits {
        if (messages < 1 || bytes < 1) {
            throw new IllegalArgumentException("queue limits must be at least 1: " + messages + ", " + bytes);
        }
    }
}
