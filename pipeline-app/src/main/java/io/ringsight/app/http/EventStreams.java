package io.ringsight.app.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The clients that hear feeds now; bounded. Any thread. */
final class EventStreams {
    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);
    private static final int MAX_STREAMS = 32;
    private static final long BEAT_SECONDS = 3;

    private record Open(Connection connection, AutoCloseable subscription) {}

    private final Executor executor;
    private final Scheduler scheduler;
    private final OpenConnections connections;
    private final HttpMetrics metrics;
    private final Map<EventStream, Open> streams = new ConcurrentHashMap<>();
    /** A place is taken before a feed is asked, so that those who come at one moment are no more than there are places. */
    private final Semaphore places = new Semaphore(MAX_STREAMS);

    EventStreams(Executor executor, Scheduler scheduler, OpenConnections connections, HttpMetrics metrics) {
        this.executor = executor;
        this.scheduler = scheduler;
        this.connections = connections;
        this.metrics = metrics;
    }

    /** Begins to send a feed to who asked for it. */
    void open(Feed feed, Query query, Request request, Response response, Callback callback) throws QueryException {
        if (!places.tryAcquire()) {
            throw QueryException.busy(
                    "expected at most " + MAX_STREAMS + " streams of events at a time; close another");
        }
        EventStream stream = new EventStream(response, callback, executor, metrics);
        add(stream, new Open(request.getConnectionMetaData().getConnection(), subscribe(feed, query, stream)));
        response.setStatus(200);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream");
        stream.begin();
    }

    private AutoCloseable subscribe(Feed feed, Query query, EventStream stream) throws QueryException {
        AutoCloseable subscription = null;
        try {
            subscription = feed.open(query, stream);
        } finally {
            if (subscription == null) {
                places.release();
            }
        }
        return subscription;
    }

    /** The first one begins the heartbeat, which the last one's end ends: neither while the other is decided. */
    private synchronized void add(EventStream stream, Open open) {
        if (streams.isEmpty()) {
            scheduleBeat();
        }
        streams.put(stream, open);
    }

    private void scheduleBeat() {
        scheduler.schedule(this::beat, BEAT_SECONDS, TimeUnit.SECONDS);
    }

    private void beat() {
        List<EventStream> over = new ArrayList<>();
        streams.forEach((stream, open) -> {
            if (stream.isOver()) {
                over.add(stream);
            } else {
                connections.used(open.connection());
                stream.beat();
            }
        });
        end(over);
    }

    private synchronized void end(List<EventStream> over) {
        over.forEach(this::close);
        if (!streams.isEmpty()) {
            scheduleBeat();
        }
    }

    private void close(EventStream stream) {
        Open open = streams.remove(stream);
        places.release();
        try {
            open.subscription().close();
        } catch (Exception e) {
            LOG.warn("a stream of events did not close: {}", e.toString());
        }
    }
}
