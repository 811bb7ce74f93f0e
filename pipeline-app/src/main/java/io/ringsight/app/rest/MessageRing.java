package io.ringsight.app.rest;

import io.ringsight.sinks.EncodedMessage;
import java.util.ArrayList;
import java.util.List;

/** The newest messages of one kind, bounded by number and bytes. Adding allocates nothing. Not for several threads. */
final class MessageRing {
    private static final int MAX_MESSAGES = 64;
    private static final int MAX_BYTES = 256 << 10;

    private final EncodedMessage[] messages = new EncodedMessage[MAX_MESSAGES];
    private int oldest;
    private int size;
    private long bytes;

    void add(EncodedMessage message) {
        if (size == MAX_MESSAGES) {
            dropOldest();
        }
        messages[(oldest + size) % MAX_MESSAGES] = message;
        size++;
        bytes += message.bytes().length;
        while (bytes > MAX_BYTES && size > 1) {
            dropOldest();
        }
    }

    private void dropOldest() {
        bytes -= messages[oldest].bytes().length;
        messages[oldest] = null;
        oldest = (oldest + 1) % MAX_MESSAGES;
        size--;
    }

    /** The oldest first. */
    List<EncodedMessage> list() {
        List<EncodedMessage> all = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            all.add(messages[(oldest + i) % MAX_MESSAGES]);
        }
        return all;
    }
}
