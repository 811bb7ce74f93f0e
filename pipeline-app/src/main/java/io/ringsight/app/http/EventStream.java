package io.ringsight.app.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The events on their way to one client. Who tells of an event puts it into a bounded queue and goes on; a thread of the
 * server takes it to the network, which it does not wait for either.
 */
final class EventStream implements Feed.Listener {
    private static final int MAX_EVENTS = 256;
    private static final int MAX_BYTES = 1 << 20;
    private static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    private record Event(String name, byte[] data) {}

    private final Response response;
    private final Callback callback;
    private final Executor executor;
    private final HttpMetrics metrics;
    private final Deque<Event> queue = new ArrayDeque<>();
    private int queuedBytes;
    private long dropped;
    private boolean heartbeat;
    /** From when on a thread has it in hand until the network has taken all. */
    private boolean writing = true;

    private boolean over;

    EventStream(Response response, Callback callback, Executor executor, HttpMetrics metrics) {
        this.response = response;
        this.callback = callback;
        this.executor = executor;
        this.metrics = metrics;
    }

    /** Sends the headers. */
    void begin() {
        response.write(false, ByteBuffer.wrap(HEARTBEAT), Callback.from(this::goOn, this::end));
    }

    @Override
    public void hear(String name, byte[] data) {
        synchronized (this) {
            if (over) {
                return;
            }
            if (queue.size() >= MAX_EVENTS || queuedBytes + data.length > MAX_BYTES) {
                dropped++;
                metrics.count(HttpCounter.EVENTS_DROPPED);
                return;
            }
            queue.add(new Event(name, data));
            queuedBytes += data.length;
        }
        wake();
    }

    /** A sign of life, which also finds out whether the client is. */
    void beat() {
        synchronized (this) {
            heartbeat = true;
        }
        wake();
    }

    private void wake() {
        synchronized (this) {
            if (writing || over) {
                return;
            }
            writing = true;
        }
        executor.execute(this::goOn);
    }

    private void goOn() {
        ByteBuffer text = next();
        if (text != null) {
            response.write(false, text, Callback.from(this::goOn, this::end));
        }
    }

    /** All that waits, as text; null, and nobody is writing any more, if nothing does. */
    private synchronized ByteBuffer next() {
        if (over || queue.isEmpty() && dropped == 0 && !heartbeat) {
            writing = false;
            return null;
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream(queuedBytes + 64 * queue.size() + 64);
        for (Event event = queue.poll(); event != null; event = queue.poll()) {
            add(text, event);
        }
        if (dropped > 0) {
            add(text, new Event("dropped", Long.toString(dropped).getBytes(StandardCharsets.US_ASCII)));
        }
        text.writeBytes(HEARTBEAT);
        queuedBytes = 0;
        dropped = 0;
        heartbeat = false;
        return ByteBuffer.wrap(text.toByteArray());
    }

    private static void add(ByteArrayOutputStream text, Event event) {
        text.writeBytes(("event: " + event.name() + "\ndata: ").getBytes(StandardCharsets.UTF_8));
        text.writeBytes(event.data());
        text.write('\n');
        text.write('\n');
    }

    /** The client is gone, or the server closes. */
    private void end(Throwable why) {
        synchronized (this) {
            over = true;
            queue.clear();
        }
        callback.failed(why);
    }

    synchronized boolean isOver() {
        return over;
    }
}
