package io.ringsight.app.http.events;

import io.ringsight.app.http.Feed;
import io.ringsight.app.http.HttpCounter;
import io.ringsight.app.http.Query;
import io.ringsight.app.http.QueryException;
import io.ringsight.core.metrics.Counters;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A feed of server-sent events (WHATWG HTML, section 9.2). Who tells of an event puts it into a bounded queue of each
 * client and goes on. What a slow client has no room for is dropped, and told to it as a number.
 */
public final class ServerSentEvents implements Feed {
    private static final Logger LOG = LoggerFactory.getLogger(ServerSentEvents.class);
    private static final int MAX_EVENTS = 256;
    private static final int MAX_BYTES = 1 << 20;
    private static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    /** Who hears; any thread may tell it, and is not held up. */
    public interface Listener {
        /**
         * One event.
         *
         * @param event its kind
         * @param data one line of UTF-8, never to be changed
         */
        void hear(String event, byte[] data);
    }

    /** Where events come from. */
    public interface Telling {
        /**
         * Tells {@code listener} of what happens from now on, until the returned is closed.
         *
         * @throws QueryException if it is asked for wrongly
         */
        AutoCloseable open(Query query, Listener listener) throws QueryException;
    }

    private final Telling telling;
    private final Counters<HttpCounter> metrics;

    /** @param metrics where dropped events are counted */
    public ServerSentEvents(Telling telling, Counters<HttpCounter> metrics) {
        this.telling = telling;
        this.metrics = metrics;
    }

    @Override
    public String contentType() {
        return "text/event-stream";
    }

    @Override
    public Feed.Stream open(Query query, Runnable wake) throws QueryException {
        Waiting waiting = new Waiting(wake);
        waiting.subscription = telling.open(query, waiting);
        return waiting;
    }

    private record Event(String name, byte[] data) {}

    /** The events on their way to one client. */
    private final class Waiting implements Listener, Feed.Stream {
        private final Runnable wake;
        private final Deque<Event> queue = new ArrayDeque<>();
        private AutoCloseable subscription;
        private int queuedBytes;
        private long dropped;

        Waiting(Runnable wake) {
            this.wake = wake;
        }

        @Override
        public void hear(String name, byte[] data) {
            synchronized (this) {
                if (queue.size() >= MAX_EVENTS || queuedBytes + data.length > MAX_BYTES) {
                    dropped++;
                    metrics.count(HttpCounter.EVENTS_DROPPED);
                    return;
                }
                queue.add(new Event(name, data));
                queuedBytes += data.length;
            }
            wake.run();
        }

        @Override
        public synchronized ByteBuffer next(boolean beat) {
            if (queue.isEmpty() && dropped == 0 && !beat) {
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
            return ByteBuffer.wrap(text.toByteArray());
        }

        private static void add(ByteArrayOutputStream text, Event event) {
            text.writeBytes(("event: " + event.name() + "\ndata: ").getBytes(StandardCharsets.UTF_8));
            text.writeBytes(event.data());
            text.write('\n');
            text.write('\n');
        }

        @Override
        public void close() {
            try {
                subscription.close();
            } catch (Exception e) {
                LOG.warn("a stream of events did not close: {}", e.toString());
            }
        }
    }
}
