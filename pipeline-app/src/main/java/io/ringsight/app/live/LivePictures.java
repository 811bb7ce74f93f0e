package io.ringsight.app.live;

import io.ringsight.app.http.HttpCounter;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.preprocess.PreprocessException;
import io.ringsight.core.run.LogThrottle;
import io.ringsight.core.run.Threads;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageType;
import io.ringsight.sinks.MessageWatcher;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pictures for people who watch, each with the message of its frame. While nobody watches a source its frames cost
 * nothing. Those that are watched are encoded once for all who watch, by one thread that rests as long as it works: people
 * cost half a core at most, and the frame path waits for none of it.
 *
 * <p><b>Threads.</b> Told of frames by the Publish threads, after the sinks were; watched from any.
 */
public final class LivePictures implements ResultSink, MessageWatcher, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LivePictures.class);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

    private final Clock clock;
    private final Counters<HttpCounter> metrics;
    private final LogThrottle failures;
    /** Replaced as a whole. */
    private volatile Map<SourceId, WatchedSource> watched = Map.of();
    /** Those that nobody watches any more. */
    private final Queue<WatchedSource> left = new ConcurrentLinkedQueue<>();

    /** Null until somebody watches for the first time. */
    private volatile Thread encoder;

    private volatile boolean closed;

    public LivePictures(Clock clock, Counters<HttpCounter> metrics) {
        this.clock = clock;
        this.metrics = metrics;
        failures = new LogThrottle(clock, LOG_INTERVAL);
    }

    @Override
    public void saw(EncodedMessage message, int objects) {
        WatchedSource source = watched.get(message.sourceId());
        if (source != null && message.type() == MessageType.FRAME) {
            source.saw(message);
        }
    }

    @Override
    public void frame(FrameResult result, boolean lossless) {
        WatchedSource source = watched.get(result.sourceId());
        if (source != null && source.offer(result, clock.nanoTime())) {
            LockSupport.unpark(encoder);
        }
    }

    @Override
    public void gap(Gap gap, boolean lossless) {
        // There is nothing to see.
    }

    /**
     * Has {@code eyes} see the pictures of a source from now on, until the returned is closed. They are told by the encoder's
     * thread and must not wait.
     */
    synchronized Runnable watch(SourceId id, ViewerWish wish, Consumer<LivePicture> eyes) {
        WatchedSource source = watched.get(id);
        WatchedSource.Viewer viewer = new WatchedSource.Viewer(wish, eyes);
        if (source == null) {
            source = new WatchedSource(id);
            Map<SourceId, WatchedSource> more = new HashMap<>(watched);
            more.put(id, source);
            watched = Map.copyOf(more);
        }
        source.add(viewer);
        if (encoder == null) {
            encoder = Threads.start("live-pictures", this::encodeAll);
        }
        WatchedSource seen = source;
        return () -> leave(seen, viewer);
    }

    private synchronized void leave(WatchedSource source, WatchedSource.Viewer viewer) {
        if (watched.get(source.id()) == source && !source.remove(viewer)) {
            Map<SourceId, WatchedSource> fewer = new HashMap<>(watched);
            fewer.remove(source.id());
            watched = Map.copyOf(fewer);
            left.add(source);
            LockSupport.unpark(encoder);
        }
    }

    private void encodeAll() {
        while (!closed) {
            boolean any = false;
            for (WatchedSource source : watched.values()) {
                closeLeft();
                any |= encode(source);
            }
            closeLeft();
            if (!any && left.isEmpty()) {
                LockSupport.park(this);
            }
        }
        watched.values().forEach(WatchedSource::close);
        closeLeft();
    }

    /** Soon, for who comes back to such a source has another of its pictures held. */
    private void closeLeft() {
        for (WatchedSource source = left.poll(); source != null; source = left.poll()) {
            source.close();
        }
    }

    private boolean encode(WatchedSource source) {
        long beganNs = clock.nanoTime();
        try {
            if (!source.encode()) {
                return false;
            }
            metrics.count(HttpCounter.PICTURES);
        } catch (PreprocessException e) {
            metrics.count(HttpCounter.PICTURES_FAILED);
            tell(source, e);
        }
        rest(clock.nanoTime() - beganNs);
        return true;
    }

    /** So long, however often it is woken: it looks at all that came afterwards. */
    private void rest(long workedNs) {
        long beganNs = clock.nanoTime();
        for (long leftNs = workedNs; leftNs > 0 && !closed; leftNs = workedNs - (clock.nanoTime() - beganNs)) {
            LockSupport.parkNanos(this, leftNs);
        }
    }

    private void tell(WatchedSource source, PreprocessException e) {
        failures.tell(span -> LOG.warn("{}: a picture cannot be shown: {}{}", source.id(), e.getMessage(), span));
    }

    /** Nobody sees anything any more; pictures still held are given back. Does not wait. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(encoder);
    }
}
