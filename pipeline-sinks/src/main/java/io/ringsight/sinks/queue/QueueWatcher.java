package io.ringsight.sinks.queue;

/** Is told, under the queue's lock, what happens in a {@link SinkQueue}. */
public interface QueueWatcher {
    /** What is in the queue now. */
    void depth(long messages, long bytes);

    /**
     * A message is answered for good.
     *
     * @param offset where {@link SinkQueue#forward} said it is kept, or {@link QueuedMessage#NOWHERE}
     */
    default void settled(long offset) {}
}
