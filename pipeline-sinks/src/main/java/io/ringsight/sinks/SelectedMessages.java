package io.ringsight.sinks;

import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.SinkMetrics;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** A sink that is given some messages only. What it must tell of messages that it lost, it tells all the same. */
public final class SelectedMessages implements MessageSink {
    private final MessageSink sink;
    private final Predicate<EncodedMessage> isSelected;

    private SelectedMessages(MessageSink sink, Predicate<EncodedMessage> isSelected) {
        this.sink = sink;
        this.isSelected = isSelected;
    }

    /** The sink, given messages of these types only, of which there is one at least. */
    public static MessageSink of(List<MessageType> types, MessageSink sink) {
        Set<MessageType> selected = EnumSet.copyOf(types);
        return types.containsAll(EnumSet.allOf(MessageType.class))
                ? sink
                : new SelectedMessages(sink, message -> selected.contains(message.type()));
    }

    /** The sink, given messages of this source only. */
    public static MessageSink ofSource(SourceId source, MessageSink sink) {
        return new SelectedMessages(sink, message -> message.sourceId().equals(source));
    }

    @Override
    public boolean offer(EncodedMessage message) {
        return !isSelected.test(message) || sink.offer(message);
    }

    @Override
    public void put(EncodedMessage message) {
        if (isSelected.test(message)) {
            sink.put(message);
        }
    }

    @Override
    public boolean hasRoom() {
        return sink.hasRoom();
    }

    @Override
    public void onRoom(Runnable listener) {
        sink.onRoom(listener);
    }

    @Override
    public boolean awaitConnected(Duration limit) throws InterruptedException {
        return sink.awaitConnected(limit);
    }

    @Override
    public SinkMetrics metrics() {
        return sink.metrics();
    }

    @Override
    public boolean close(Duration deadline) {
        return sink.close(deadline);
    }
}
