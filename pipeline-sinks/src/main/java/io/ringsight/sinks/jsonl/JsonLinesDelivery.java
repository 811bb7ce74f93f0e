package io.ringsight.sinks.jsonl;

import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.sinks.queue.Delivery;
import io.ringsight.sinks.queue.DiskFailure;
import io.ringsight.sinks.queue.QueuedMessage;
import io.ringsight.sinks.queue.SinkQueue;
import io.ringsight.sinks.queue.SinkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers lines while more messages wait and writes them together, at once when none does. A message counts as
 * acknowledged when the operating system has its line.
 */
final class JsonLinesDelivery implements Delivery {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final long AFTER_FAILURE_MS = 1_000;

    private final LineOutput output;
    private final SinkQueue queue;
    private final SinkMetrics metrics;
    private final SinkStatus status;
    private final List<QueuedMessage> gathered = new ArrayList<>();
    private ByteBuffer lines = ByteBuffer.allocate(BUFFER_BYTES);

    JsonLinesDelivery(LineOutput output, SinkQueue queue, SinkMetrics metrics, SinkStatus status) {
        this.output = output;
        this.queue = queue;
        this.metrics = metrics;
        this.status = status;
    }

    @Override
    public long deliver(QueuedMessage message) {
        byte[] text = message.message().bytes();
        int needed = text.length + 1;
        boolean full = lines.remaining() < needed || output.isFullFor(lines.position() + needed);
        if (lines.position() > 0 && full && !flush()) {
            return AFTER_FAILURE_MS;
        }
        if (lines.capacity() < needed) {
            lines = ByteBuffer.allocate(needed);
        }
        lines.put(text).put((byte) '\n');
        gathered.add(message);
        return TAKEN;
    }

    @Override
    public void idle() {
        if (lines.position() > 0 && !flush()) {
            metrics.count(SinkCounter.RETRIES);
        }
    }

    private boolean flush() {
        lines.flip();
        try {
            output.write(lines);
        } catch (IOException e) {
            lines.position(lines.limit()).limit(lines.capacity());
            status.set(DiskFailure.state(e), DiskFailure.detail(e));
            return false;
        }
        lines.clear();
        for (int i = 0; i < gathered.size(); i++) {
            queue.acknowledged(gathered.get(i));
        }
        gathered.clear();
        status.ready();
        return true;
    }

    @Override
    public void restart() {
        lines.clear();
        gathered.clear();
        output.close();
        queue.rewind();
    }

    @Override
    public void close() {
        if (lines.position() > 0) {
            flush();
        }
        output.close();
    }
}
