package io.ringsight.sinks.queue;

/**
 * The places of a {@link SinkQueue} in their order, from the oldest unanswered to the newest, and a cursor at the next to
 * be delivered. Guarded by the queue's lock.
 */
final class Places {
    private QueuedMessage head;
    private QueuedMessage cursor;
    private QueuedMessage tail;

    /** The oldest, or null. */
    QueuedMessage head() {
        return head;
    }

    /** The next to be delivered, or null. */
    QueuedMessage cursor() {
        return cursor;
    }

    /** Adds the newest; returns whether it is the next to be delivered. */
    boolean append(QueuedMessage last) {
        if (head == null) {
            head = last;
        } else {
            tail.next = last;
        }
        tail = last;
        if (cursor == null) {
            cursor = last;
            return true;
        }
        return false;
    }

    /**
     * Adds a place where {@code after} is, to be delivered after {@link #rewind()}; or, if that is null, next after the one
     * that is being delivered now and those added so before. Returns whether it is the next to be delivered.
     */
    boolean insert(QueuedMessage place, QueuedMessage after) {
        if (after == null && cursor == null) {
            return append(place);
        }
        QueuedMessage before = after == null ? cursor : after;
        while (after == null && before.next != null && before.next.isInserted) {
            before = before.next;
        }
        place.isInserted = true;
        place.next = before.next;
        before.next = place;
        if (tail == before) {
            tail = place;
        }
        return false;
    }

    /** Lets go of what is answered, up to the oldest that is not. */
    void dropAnswered() {
        while (head != null && head.answered) {
            if (head == cursor) {
                cursor = head.next;
            }
            head = head.next;
        }
        if (head == null) {
            tail = null;
        }
    }

    /** Moves the cursor to the next that is not answered. */
    void skipAnswered() {
        while (cursor != null && cursor.answered) {
            cursor = cursor.next;
        }
    }

    /** {@code place} was delivered. */
    void delivered(QueuedMessage place) {
        if (cursor == place) {
            cursor = place.next;
        }
    }

    /** All shall be delivered again. */
    void rewind() {
        cursor = head;
    }

    void clear() {
        head = null;
        cursor = null;
        tail = null;
    }
}
