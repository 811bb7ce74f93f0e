package io.ringsight.sinks.queue;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.Loss;
import java.io.IOException;

/**
 * What a {@link SinkQueue} holds, in its order and counted against its limits: messages, and the losses that stand for
 * messages it could not keep. Guarded by the queue's lock.
 */
final class Backlog {
    private final QueueLimits limits;
    private final Clock clock;
    private final GrowingLosses growingLosses;
    private final Places places = new Places();
    private int messages;
    private int losses;
    private long bytes;

    /** @param lossesBefore the numbers of its own gap messages begin after this */
    Backlog(QueueLimits limits, Clock clock, long lossesBefore) {
        this.limits = limits;
        this.clock = clock;
        growingLosses = new GrowingLosses(clock, lossesBefore);
    }

    boolean hasRoom(EncodedMessage message) {
        return messages == 0 || messages < limits.messages() && bytes + message.bytes().length <= limits.bytes();
    }

    boolean isHalfFull() {
        return messages > 0 && (messages >= limits.messages() / 2 || bytes >= limits.bytes() / 2);
    }

    /** Messages and losses. */
    long places() {
        return (long) messages + losses;
    }

    /** Of the messages. */
    long bytes() {
        return bytes;
    }

    /** Adds a message; returns whether it is the next to be delivered. */
    boolean add(EncodedMessage message, long offset) {
        growingLosses.end(message.sourceId());
        messages++;
        bytes += message.bytes().length;
        return places.append(new QueuedMessage(message, clock.nanoTime(), offset));
    }

    /** Adds {@code message} to its source's loss, if that still grows. */
    boolean joinLoss(EncodedMessage message) {
        return growingLosses.join(message);
    }

    /** Adds a loss that grows; returns whether it is the next to be delivered. */
    boolean addLoss(EncodedMessage first, String cause) {
        QueuedMessage loss = loss(first, cause);
        growingLosses.begin(loss);
        return places.append(loss);
    }

    /**
     * Adds the loss of a message that was refused, as {@link Places#insert} does.
     *
     * @param after the message, if its loss shall take its place, or null
     */
    boolean insertLoss(QueuedMessage refused, String cause, QueuedMessage after) {
        QueuedMessage loss = loss(refused.message, cause);
        // what is kept of the message is needed until its loss is told
        loss.offset = refused.offset;
        refused.offset = QueuedMessage.NOWHERE;
        return places.insert(loss, after);
    }

    private QueuedMessage loss(EncodedMessage first, String cause) {
        losses++;
        return new QueuedMessage(new Loss(first, GapReason.NOT_PUBLISHED, cause), clock.nanoTime());
    }

    /** A place is answered for good. */
    void answered(QueuedMessage place) {
        place.answered = true;
        place.message = null;
        if (place.ofSink) {
            losses--;
        } else {
            messages--;
            bytes -= place.bytes;
        }
        places.dropAnswered();
    }

    boolean isEmpty() {
        return places.head() == null;
    }

    /** The oldest, or null. */
    QueuedMessage head() {
        return places.head();
    }

    /** Whether the next to be delivered is a loss that is no message yet. */
    boolean isLossNext() {
        return places.cursor() != null && places.cursor().loss != null;
    }

    /** Whether there is anything to deliver now. */
    boolean hasNext(boolean closing) {
        return places.cursor() != null && !isHeld(places.cursor(), closing);
    }

    /** The next to deliver, or null. Renders a loss whose turn has come. */
    QueuedMessage next(boolean closing) {
        places.skipAnswered();
        if (!hasNext(closing)) {
            return null;
        }
        QueuedMessage next = places.cursor();
        if (next.message == null) {
            growingLosses.render(next);
        }
        return next;
    }

    /** Whether this is a loss that will go on growing: the queue is full of what the receiver does not answer. */
    private boolean isHeld(QueuedMessage place, boolean closing) {
        boolean crowded = messages > limits.messages() * 3L / 4 || bytes > limits.bytes() / 4 * 3;
        return growingLosses.contains(place) && crowded && place != places.head() && !closing;
    }

    void delivered(QueuedMessage place) {
        place.delivered = true;
        place.deliveredNs = clock.nanoTime();
        places.delivered(place);
    }

    /** How long the oldest delivered has waited for its answer, in nanoseconds; 0 when none does. */
    long unansweredNs() {
        QueuedMessage head = places.head();
        return head != null && head != places.cursor() ? Math.max(1, clock.nanoTime() - head.deliveredNs) : 0;
    }

    /** All shall be delivered again. */
    void rewind() {
        places.rewind();
    }

    /** Has each unanswered message that is kept nowhere else kept, the oldest first. */
    void keep(Keeper keeper) throws IOException {
        for (QueuedMessage place = places.head(); place != null; place = place.next) {
            if (place.isUnkept() && place.message != null) {
                place.offset = keeper.keep(place.message);
            }
        }
    }

    /** Whether nothing is lost with the queue: each unanswered message is kept elsewhere, too. */
    boolean isKept() {
        QueuedMessage place = places.head();
        while (place != null && !place.isUnkept()) {
            place = place.next;
        }
        return place == null;
    }

    void clear() {
        places.clear();
        messages = 0;
        losses = 0;
        bytes = 0;
        growingLosses.clear();
    }
}
