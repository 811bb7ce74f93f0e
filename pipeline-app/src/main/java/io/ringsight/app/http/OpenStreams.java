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

/** The streams that go to clients now; bounded. Any thread. */
final class OpenStreams {
    private static final Logger LOG = LoggerFactory.getLogger(OpenStreams.class);
    private static final int MAX_STREAMS = 32;
    private static final long BEAT_SECONDS = 3;

    private record Open(Connection connection, Feed.Stream stream) {}

    private final Executor executor;
    private final Scheduler scheduler;
    private final OpenConnections connections;
    private final Map<StreamWriter, Open> writers = new ConcurrentHashMap<>();
    /** A place is taken before a feed is asked, so that those who come at one moment are no more than there are places. */
    private final Semaphore places = new Semaphore(MAX_STREAMS);

    OpenStreams(Executor executor, Scheduler scheduler, OpenConnections connections) {
        this.executor = executor;
        this.scheduler = scheduler;
        this.connections = connections;
    }

    /** Begins to send a feed to who asked for it. */
    void open(Feed feed, Query query, Request request, Response response, Callback callback) throws QueryException {
        if (!places.tryAcquire()) {
            throw QueryException.busy("expected at most " + MAX_STREAMS + " streams at a time; close another");
        }
        StreamWriter writer = new StreamWriter(response, callback, executor);
        Feed.Stream stream = open(feed, query, writer);
        add(writer, new Open(request.getConnectionMetaData().getConnection(), stream));
        response.setStatus(200);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, feed.contentType());
        writer.begin(stream);
    }

    private Feed.Stream open(Feed feed, Query query, StreamWriter writer) throws QueryException {
        Feed.Stream stream = null;
        try {
            stream = feed.open(query, writer::wake);
        } finally {
            if (stream == null) {
                places.release();
            }
        }
        return stream;
    }

    /** The first one begins the heartbeat, which the last one's end ends: neither while the other is decided. */
    private synchronized void add(StreamWriter writer, Open open) {
        if (writers.isEmpty()) {
            scheduleBeat();
        }
        writers.put(writer, open);
    }

    private void scheduleBeat() {
        scheduler.schedule(this::beat, BEAT_SECONDS, TimeUnit.SECONDS);
    }

    private void beat() {
        List<StreamWriter> over = new ArrayList<>();
        writers.forEach((writer, open) -> {
            if (writer.isOver()) {
                over.add(writer);
            } else {
                connections.used(open.connection());
                writer.beat();
            }
        });
        end(over);
    }

    private synchronized void end(List<StreamWriter> over) {
        over.forEach(this::close);
        if (!writers.isEmpty()) {
            scheduleBeat();
        }
    }

    private void close(StreamWriter writer) {
        Open open = writers.remove(writer);
        places.release();
        try {
            open.stream().close();
        } catch (RuntimeException e) {
            LOG.warn("a stream did not close: {}", e.toString());
        }
    }
}
