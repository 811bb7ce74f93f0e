package io.ringsight.sinks;

import io.ringsight.core.metrics.SinkMetrics;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A sink that is given messages of some types only. What it must tell of messages that it lost, it tells all the same. */
public final class SelectedMessages implements MessageSink {
    private final MessageSink sink;
    private final Set<MessageType> types;

    private SelectedMessages(MessageSink sink, List<MessageType> types) {
        this.sink = sink;
        this.types = EnumSet.copyOf(types);
    }

    /** The sink, given messages of these types only, of which there is one at least. */
    public static MessageSink of(List<MessageType> types, MessageSink sink) {
        return types.containsAll(EnumSet.allOf(MessageType.class)) ? sink : new SelectedMessages(sink, types);
    }

    @Override
    public boolean offer(EncodedMessage message) {
        return !types.contains(message.type()) || sink.offer(message);
    }

    @Override
    public void put(EncodedMessage message) {
        if (types.contains(message.type())) {
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
