package io.ringsight.sinks.queue;

import io.ringsight.sinks.EncodedMessage;
import java.io.IOException;

/** Keeps messages that are on their way to a receiver, in case it does not take them. */
@FunctionalInterface
public interface Keeper {
    /**
     * Called under the queue's lock.
     *
     * @return where the message is kept now
     * @throws IOException if it cannot be kept
     */
    long keep(EncodedMessage message) throws IOException;
}
