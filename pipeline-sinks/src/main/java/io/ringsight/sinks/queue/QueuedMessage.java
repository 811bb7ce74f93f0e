package io.ringsight.sinks.queue;

import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.Loss;

/**
 * A message's place in a {@link SinkQueue}, from the moment it is accepted until it is answered. Guarded by the queue's
 * lock; a delivery reads {@link #message()} only while the message is unanswered.
 */
public final class QueuedMessage {
    /** No place on disk. */
    public static final long NOWHERE = -1;

    final long acceptedNs;
    final int bytes;
    /** The loss this place stands for, while it can still grow. */
    Loss loss;
    /** Null until a loss is rendered, and again after the answer. */
    EncodedMessage message;

    QueuedMessage next;
    long deliveredNs;
    boolean delivered;
    boolean answered;
    boolean ofSink;
    /** Whether it was put between others instead of behind them. */
    boolean isInserted;
    /** Where the message is kept besides, or {@link #NOWHERE}. */
    long offset = NOWHERE;

    QueuedMessage(EncodedMessage message, long nowNs, long offset) {
        this.message = message;
        this.offset = offset;
        bytes = message.bytes().length;
        acceptedNs = nowNs;
    }

    QueuedMessage(Loss loss, long nowNs) {
        this.loss = loss;
        bytes = 0;
        ofSink = true;
        acceptedNs = nowNs;
    }

    /** Whether it would be lost with the queue. */
    boolean isUnkept() {
        return !answered && offset == NOWHERE;
    }

    /** What to deliver. */
    public EncodedMessage message() {
        return message;
    }
}
