package io.ringsight.core.ring;

/**
 * One step of a frame's way through the ring, run by one thread of its own.
 *
 * @param <T> the slot
 */
public interface Stage<T> {
    /** Name of the thread. */
    String name();

    /**
     * The most slots between two that end a batch, at least 1; asked before each batch, on the stage's thread. The stage
     * behind sees a slot only when its batch has ended or {@link #isPassedOn()}.
     */
    int maxBatch();

    /** Works on one slot. Must not throw for what a frame can cause: an exception that leaves here stops the ring. */
    void onSlot(T slot) throws InterruptedException;

    /**
     * Given once, before the first slot. Run within {@link #onSlot} it lets the stage behind see this slot and those before
     * it while this stage still works on it: the two then share it. Allocates nothing.
     */
    default void passesOnBy(Runnable passOn) {}

    /**
     * Ends the work on a slot, whether {@link #onSlot} returned or threw: what others wait for is given back here.
     *
     * @param endOfBatch whether the stage behind sees this slot and those before it from now on, because no further slot
     *     is waiting, {@link #maxBatch()} is reached or {@link #onSlot} threw: flush now
     */
    default void afterSlot(T slot, boolean endOfBatch) {}

    /** Asked after that: whether the stage behind sees this slot and those before it although the batch goes on. */
    default boolean isPassedOn() {
        return false;
    }
}
