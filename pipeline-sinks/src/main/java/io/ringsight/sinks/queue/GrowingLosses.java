package io.ringsight.sinks.queue;

import io.ringsight.core.frame.SourceId;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.GapJson;
import java.util.HashMap;
import java.util.Map;

/** The losses in a {@link SinkQueue} to which nothing was accepted since. Guarded by the queue's lock. */
final class GrowingLosses {
    private final GapJson gaps;
    private final long numbersBefore;
    private final Map<SourceId, QueuedMessage> growing = new HashMap<>();
    private final Map<SourceId, Long> numbers = new HashMap<>();

    GrowingLosses(Clock clock, long numbersBefore) {
        gaps = new GapJson(clock);
        this.numbersBefore = numbersBefore;
    }

    /** Adds {@code message} to its source's loss, if that still grows. */
    boolean join(EncodedMessage message) {
        QueuedMessage place = growing.get(message.sourceId());
        boolean joins = place != null && place.loss.continues(message);
        if (joins) {
            place.loss.add(message);
        }
        return joins;
    }

    void begin(QueuedMessage place) {
        growing.put(place.loss.sourceId(), place);
    }

    void end(SourceId sourceId) {
        growing.remove(sourceId);
    }

    boolean contains(QueuedMessage place) {
        return place.loss != null && growing.get(place.loss.sourceId()) == place;
    }

    /** Makes the loss a message: it grows no more. */
    void render(QueuedMessage place) {
        SourceId sourceId = place.loss.sourceId();
        growing.remove(sourceId, place);
        long number = numbers.merge(sourceId, numbersBefore + 1, (last, first) -> last + 1);
        place.message = gaps.lost(place.loss, "n" + number);
        place.loss = null;
    }

    void clear() {
        growing.clear();
    }
}
