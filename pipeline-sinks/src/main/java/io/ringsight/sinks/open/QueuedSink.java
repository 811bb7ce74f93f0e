package io.ringsight.sinks.open;

import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.queue.SinkQueue;
import java.time.Duration;

/** A queue, and the delivery behind it, as a sink. What kind of sink it is, its delivery alone knows. */
final class QueuedSink implements MessageSink {
    private final SinkMetrics metrics;
    private final SinkQueue queue;

    /** A sink of a queue whose delivery has been started. */
    QueuedSink(SinkMetrics metrics, SinkQueue queue) {
        this.metrics = metrics;
        this.queue = queue;
    }

    @Override
    public String name() {
        return metrics.sinkName();
    }

    @Override
    public boolean offer(EncodedMessage message) {
        return queue.offer(message);
    }

    @Override
    public void put(EncodedMessage message) {
        queue.put(message);
    }

    @Override
    public boolean hasRoom() {
        return queue.hasRoom();
    }

    @Override
    public void onRoom(Runnable listener) {
        queue.onRoom(listener);
    }

    @Override
    public boolean awaitConnected(Duration limit) throws InterruptedException {
        return queue.awaitConnected(limit);
    }

    @Override
    public SinkMetrics metrics() {
        return metrics;
    }

    @Override
    public boolean close(Duration deadline) {
        return queue.close(deadline);
    }
}
