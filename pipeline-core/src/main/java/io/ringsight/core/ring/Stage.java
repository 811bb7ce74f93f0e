package io.ringsight.core.ring;

/**
 * One step of a frame's way through the ring, run by one thread of its own.
 *
 * @param <T> the slot
 */
public interface Stage<T> {
    /** Name of the thread. */
    String name();

    /** The most slots between two that end a batch; the stage behind sees a slot only when its batch has ended. */
    int maxBatch();

    /**
     * Works on one slot. Must not throw for what a frame can cause: an exception that leaves here stops the ring.
     *
     * @param endOfBatch whether no further slot is waiting, or {@link #maxBatch()} is reached: flush now
     */
    void onSlot(T slot, boolean endOfBatch) throws InterruptedException;
}
