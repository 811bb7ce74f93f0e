package io.ringsight.sinks.queue;

/**
 * How one kind of sink delivers: the part that knows Kafka or files. All methods are called by the {@link SinkQueue}'s
 * one thread; whatever they throw is logged and counted, {@link #restart} is called, and the message is tried again.
 */
public interface Delivery {
    /** What {@link #deliver} returns for a message it has taken over. */
    long TAKEN = 0;

    /**
     * The thread's first call: connects, so that the first message does not wait for it. Takes a second at most; what
     * cannot be had yet, {@link #deliver} tries again and tells.
     *
     * @return whether the receiver answered
     */
    default boolean connect() throws InterruptedException {
        return true;
    }

    /**
     * Sends or writes one message. Called in order, again and again with the same message until it is taken. For each
     * message taken the answer goes to {@link SinkQueue#acknowledged} or {@link SinkQueue#refused}, now or later, on
     * any thread.
     *
     * @return {@link #TAKEN}, or the milliseconds to wait before the same message is tried again
     */
    long deliver(QueuedMessage message) throws InterruptedException;

    /**
     * Nothing waits: writes out what is buffered, looks after what is unanswered. Called as soon as nothing waits and
     * some times a second from then on.
     */
    void idle() throws InterruptedException;

    /**
     * A call failed in a way that is not foreseen, an {@link Error} perhaps: gives up what may be half done, so that all
     * that is unanswered can be delivered again.
     */
    default void restart() {}

    /** The thread's last call: releases what is held. What is unanswered afterwards counts as unknown. */
    void close();
}
