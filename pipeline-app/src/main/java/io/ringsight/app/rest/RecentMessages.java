package io.ringsight.app.rest;

import io.ringsight.core.frame.SourceId;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageType;
import io.ringsight.sinks.MessageWatcher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The newest messages of each source: those with objects, and those of gaps, 64 and 256 KiB of either at most; and whoever
 * wants to hear of the next ones. Messages are kept as they are, so that a frame costs no memory of its own. Written by the
 * Publish thread, read by any.
 */
public final class RecentMessages implements MessageWatcher {
    /** What is kept of a source. */
    private static final class OfSource {
        private final MessageRing detections = new MessageRing();
        private final MessageRing gaps = new MessageRing();

        synchronized void add(EncodedMessage message, int objects) {
            if (message.type() == MessageType.GAP) {
                gaps.add(message);
            } else if (objects > 0) {
                detections.add(message);
            }
        }

        synchronized List<EncodedMessage> list(boolean withDetections, boolean withGaps) {
            List<EncodedMessage> all = new ArrayList<>(withDetections ? detections.list() : List.of());
            all.addAll(withGaps ? gaps.list() : List.of());
            return all;
        }
    }

    private final Map<SourceId, OfSource> bySource = new ConcurrentHashMap<>();
    /** Replaced as a whole. */
    private volatile List<Consumer<EncodedMessage>> listeners = List.of();

    @Override
    public void saw(EncodedMessage message, int objects) {
        OfSource source = bySource.get(message.sourceId());
        if (source == null) {
            source = bySource.computeIfAbsent(message.sourceId(), id -> new OfSource());
        }
        source.add(message, objects);
        List<Consumer<EncodedMessage>> now = listeners;
        for (int i = 0; i < now.size(); i++) {
            now.get(i).accept(message);
        }
    }

    /** The newest {@code limit} of those of one source, or of all if it is null; the oldest of them first. */
    List<EncodedMessage> list(String sourceId, boolean detections, boolean gaps, int limit) {
        List<EncodedMessage> all = new ArrayList<>();
        bySource.forEach((id, source) -> {
            if (sourceId == null || sourceId.equals(id.value())) {
                all.addAll(source.list(detections, gaps));
            }
        });
        all.sort(Comparator.comparingLong(EncodedMessage::utcNs));
        return all.subList(Math.max(0, all.size() - limit), all.size());
    }

    /** Has {@code listener} hear of every message from now on, by the Publish thread, until the returned is closed. */
    synchronized AutoCloseable listen(Consumer<EncodedMessage> listener) {
        List<Consumer<EncodedMessage>> more = new ArrayList<>(listeners);
        more.add(listener);
        listeners = List.copyOf(more);
        return () -> remove(listener);
    }

    private synchronized void remove(Consumer<EncodedMessage> listener) {
        listeners = listeners.stream().filter(one -> one != listener).toList();
    }

    /** Forgets sources that are not there any more. */
    void keepOnly(List<String> sourceIds) {
        bySource.keySet().removeIf(id -> !sourceIds.contains(id.value()));
    }
}
