package io.ringsight.sinks.open;

import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageSink;
import io.ringsight.sinks.queue.Delivery;
import io.ringsight.sinks.queue.QueueLimits;
import io.ringsight.sinks.queue.QueueWatcher;
import io.ringsight.sinks.queue.Room;
import io.ringsight.sinks.queue.SinkQueue;
import io.ringsight.sinks.queue.SinkStatus;
import io.ringsight.sinks.spool.Spool;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sink with a spool.
 *
 * <pre>
 *   offer -> incoming queue -> [thread sink-NAME-spool] -> spool on disk -> sending queue -> [thread sink-NAME] -> delivery
 *            memory, bounded                               kept until answered   a small window
 * </pre>
 *
 * The incoming queue keeps those who offer from waiting for the disk; the sending queue holds what was handed to the
 * delivery and is not answered, to send it again in order.
 */
final class SpooledSink implements MessageSink {
    private static final Logger LOG = LoggerFactory.getLogger(SpooledSink.class);
    /** So soon after a message was answered at the latest it is seen that the receiver fails now. */
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int WINDOW_MESSAGES = 2_000;
    private static final long MAX_WINDOW_BYTES = 4 << 20;
    private static final long MIN_WINDOW_BYTES = 1 << 16;
    /** Recordings wait when the spool is so full, instead of driving out older frames. */
    private static final double FULL = 0.75;

    private final SinkMetrics metrics;
    private final Clock clock;
    private final Spool spool;
    private final long maxBytes;
    private final Room spoolRoom = new Room();
    private final SinkQueue incoming;
    private final SinkQueue sending;
    private final int wakeAt;
    private volatile long incomingMessages;
    private volatile long incomingBytes;
    private volatile long sendingMessages;
    private volatile boolean closing;
    /** Who waits in {@link #close} for answers, or null. */
    private volatile Thread awaiting;

    /** Whether the sending queue closed with nothing that was not on the disk. */
    private volatile boolean sendingKept;

    private boolean closed;
    private boolean drained;

    /** Opens the queues of a spool that was just opened; they run at once. */
    SpooledSink(
            QueueLimits limits,
            Spool spool,
            long maxBytes,
            SinkMetrics metrics,
            Clock clock,
            BiFunction<SinkQueue, SinkStatus, Delivery> delivery) {
        this.metrics = metrics;
        this.clock = clock;
        this.spool = spool;
        this.maxBytes = maxBytes;
        wakeAt = WINDOW_MESSAGES / 2;
        SinkStatus status = new SinkStatus(metrics, clock);
        incoming = new SinkQueue(metrics, limits, clock, this::incomingDepth, 0);
        // its gap messages must not be called like those of an earlier process or of the incoming queue
        long numbersBefore = TimeUnit.NANOSECONDS.toMicros(clock.epochNanos());
        sending = new SinkQueue(metrics, window(), clock, sendingWatcher(), numbersBefore);
        publishDepth();
        lookAtSpool();
        spool.farewells().forEach(incoming::addOwn);
        sending.start(delivery.apply(sending, status));
        incoming.start(
                new SpoolDelivery(
                        spool,
                        incoming,
                        sending,
                        metrics,
                        status,
                        this::lookAtSpool,
                        () -> sendingKept && incomingMessages == 0),
                "sink-" + name() + "-spool");
    }

    private QueueLimits window() {
        return new QueueLimits(WINDOW_MESSAGES, Math.max(MIN_WINDOW_BYTES, Math.min(MAX_WINDOW_BYTES, maxBytes / 32)));
    }

    private void incomingDepth(long messages, long bytes) {
        incomingMessages = messages;
        incomingBytes = bytes;
        publishDepth();
    }

    private QueueWatcher sendingWatcher() {
        return new QueueWatcher() {
            @Override
            public void depth(long messages, long bytes) {
                boolean fell = sendingMessages > messages;
                sendingMessages = messages;
                publishDepth();
                if (fell && (messages == wakeAt || messages == 0) && spool.messages() > messages) {
                    incoming.wake();
                }
            }

            @Override
            public void settled(long offset) {
                spool.settled(offset);
            }
        };
    }

    /** What is on its way from the spool is in both; counted once. */
    private void publishDepth() {
        long unspooled = Math.max(0, sendingMessages - spool.handedOver());
        metrics.queued(incomingMessages + spool.messages() + unspooled, incomingBytes + metrics.spoolBytes());
        LockSupport.unpark(awaiting);
    }

    @Override
    public boolean offer(EncodedMessage message) {
        return incoming.offer(message);
    }

    @Override
    public void put(EncodedMessage message) {
        incoming.put(message);
    }

    @Override
    public boolean hasRoom() {
        return incoming.hasRoom() && spoolRoom.isOpen();
    }

    @Override
    public void onRoom(Runnable listener) {
        incoming.onRoom(listener);
        spoolRoom.onOpen(listener);
    }

    private void lookAtSpool() {
        spoolRoom.set(closing || metrics.spoolBytes() <= FULL * maxBytes);
    }

    @Override
    public boolean awaitConnected(Duration limit) throws InterruptedException {
        return sending.awaitConnected(limit);
    }

    @Override
    public SinkMetrics metrics() {
        return metrics;
    }

    @Override
    public synchronized boolean close(Duration deadline) {
        if (closed) {
            return drained;
        }
        closed = true;
        closing = true;
        incoming.refuseMore();
        awaitAnswers(deadline.toNanos());
        sending.refuseMore();
        sendingKept = sending.isKept();
        boolean allKept = sendingKept && incomingMessages == 0;
        sending.close(Duration.ZERO);
        incoming.close(Duration.ofSeconds(1));
        drained = allKept && spool.messages() == 0;
        if (spool.messages() > 0) {
            LOG.info("{}: {} messages stay in the spool; the next start sends them", name(), spool.messages());
        }
        publishDepth();
        metrics.state(SinkState.CLOSED, "");
        return drained;
    }

    /** What is in the spool is safe: no need to wait for a receiver that does not answer. */
    private void awaitAnswers(long ns) {
        long untilNs = clock.nanoTime() + ns;
        awaiting = Thread.currentThread();
        for (long leftNs = ns; leftNs > 0 && isWorthWaiting(); leftNs = untilNs - clock.nanoTime()) {
            LockSupport.parkNanos(Math.min(leftNs, LOOK_NS));
        }
        awaiting = null;
    }

    private boolean isWorthWaiting() {
        boolean hopeless =
                incomingMessages == 0 && sending.isKept() && metrics.state().isFailure();
        return !hopeless && (incomingMessages > 0 || spool.messages() > 0 || sendingMessages > 0);
    }
}
