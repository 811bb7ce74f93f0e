package io.ringsight.sinks;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded queue of messages with a thread of its own that delivers them in order.
 *
 * <pre>
 *   head                      cursor                       tail
 *    | taken by the delivery,   | waiting                    |
 *    | not answered yet         |                            |
 * </pre>
 *
 * A message keeps its place until it is answered, so that what was sent but not acknowledged can be sent again
 * ({@link #rewind()}), in order, and counts against the limits.
 *
 * <p><b>Losses.</b> A message that finds no room is dropped and counted, and a small entry takes its place at the tail:
 * the messages of the same source dropped after it join that entry until one is accepted again. Its turn come, and a
 * quarter of the queue free, the entry leaves as a gap message of reason {@code not-published}. So the receiver alone
 * can account for every frame. There are never more such entries than accepted messages and two for each source.
 *
 * <p><b>Threads.</b> {@link #offer} and {@link #put} are for any thread; {@link #acknowledged} and {@link #refused} too;
 * {@link #rewind()} is for the delivery, inside its calls. One lock, never held while delivering.
 */
public final class SinkQueue {
    private static final Logger LOG = LoggerFactory.getLogger(SinkQueue.class);
    private static final long IDLE_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long AFTER_BUG_MS = 1_000;
    private static final Duration THREAD_END = Duration.ofSeconds(10);
    private static final String QUEUE_FULL = "the sink's queue was full";
    private static final String CLOSING = "the sink was closing";

    private final SinkMetrics metrics;
    private final QueueLimits limits;
    private final Clock clock;
    private final QueueWatcher watcher;

    private final ReentrantLock lock = new ReentrantLock();
    /** There is something to deliver, or the queue closes. */
    private final Condition work = lock.newCondition();
    /** There may be room, or the queue closes. */
    private final Condition room = lock.newCondition();
    /** Nothing is left. */
    private final Condition empty = lock.newCondition();

    private final GrowingLosses growingLosses;
    private final Places places = new Places();
    private int messages;
    private int losses;
    private long bytes;
    private Thread thread;
    private boolean closing;
    private boolean closed;
    private boolean drained;
    private boolean stopped;

    /** A queue without its thread: {@link #start} comes next. */
    public SinkQueue(SinkMetrics metrics, QueueLimits limits, Clock clock) {
        this(metrics, limits, clock, metrics::queued, 0);
    }

    /**
     * A queue without its thread that is one of several in a sink.
     *
     * @param lossesBefore the numbers of its own gap messages begin after this
     */
    public SinkQueue(SinkMetrics metrics, QueueLimits limits, Clock clock, QueueWatcher watcher, long lossesBefore) {
        this.metrics = metrics;
        this.limits = limits;
        this.clock = clock;
        this.watcher = watcher;
        growingLosses = new GrowingLosses(clock, lossesBefore);
    }

    /** Starts the thread, named after the sink. Once. */
    public void start(Delivery delivery) {
        thread = new Thread(() -> run(delivery), "sink-" + metrics.sinkName());
        thread.setDaemon(true);
        thread.start();
    }

    /** See {@link MessageSink#offer}. */
    public boolean offer(Message message) {
        metrics.count(SinkCounter.OFFERED);
        lock.lock();
        try {
            if (!closing && hasRoom(message)) {
                accept(message);
                return true;
            }
            drop(message);
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** See {@link MessageSink#put}. */
    public void put(Message message) throws InterruptedException {
        metrics.count(SinkCounter.OFFERED);
        lock.lock();
        try {
            if (awaitRoom(message)) {
                accept(message);
            } else {
                drop(message);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitRoom(Message message) throws InterruptedException {
        try {
            while (!closing && !hasRoom(message)) {
                room.await();
            }
        } catch (InterruptedException e) {
            drop(message);
            throw e;
        }
        return !closing;
    }

    private boolean hasRoom(Message message) {
        return messages == 0 || messages < limits.messages() && bytes + message.bytes().length <= limits.bytes();
    }

    private void accept(Message message) {
        accept(message, QueuedMessage.NOWHERE);
    }

    private void accept(Message message, long offset) {
        growingLosses.end(message.sourceId());
        messages++;
        bytes += message.bytes().length;
        append(new QueuedMessage(message, clock.nanoTime(), offset));
    }

    /** Takes a message counted already, if there is room; {@link QueueWatcher#settled} is told {@code offset}. */
    public boolean forward(Message message, long offset) {
        lock.lock();
        try {
            boolean taken = !closing && hasRoom(message);
            if (taken) {
                accept(message, offset);
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void drop(Message message) {
        metrics.count(SinkCounter.DROPPED_QUEUE_FULL);
        if (stopped || growingLosses.join(message)) {
            return;
        }
        QueuedMessage loss = addLoss(message, closing ? CLOSING : QUEUE_FULL);
        growingLosses.begin(loss);
        append(loss);
    }

    private QueuedMessage addLoss(Message message, String cause) {
        losses++;
        metrics.count(SinkCounter.GAPS_ADDED);
        return new QueuedMessage(new Loss(message, GapReason.NOT_PUBLISHED, cause), clock.nanoTime());
    }

    private void append(QueuedMessage last) {
        if (places.append(last)) {
            work.signal();
        }
        publishDepth();
    }

    /** Takes a gap message the sink itself made. Before {@link #start}. */
    public void addOwn(Message message) {
        metrics.count(SinkCounter.GAPS_ADDED);
        forward(message, QueuedMessage.NOWHERE);
    }

    /** The message is in other hands, which will count what becomes of it. */
    public void passedOn(QueuedMessage message) {
        lock.lock();
        try {
            if (!message.answered) {
                answered(message);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The message arrived. */
    public void acknowledged(QueuedMessage message) {
        lock.lock();
        try {
            if (message.answered) {
                return;
            }
            metrics.count(SinkCounter.ACKNOWLEDGED);
            metrics.count(SinkCounter.ACKNOWLEDGED_BYTES, message.message.bytes().length);
            metrics.recordAckLatencyNs(clock.nanoTime() - message.acceptedNs);
            answered(message);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The message will never be taken, whatever is done: counted as failed, and told to the receiver in a gap message.
     *
     * @param cause why, for people, without secrets
     */
    public void refused(QueuedMessage message, String cause) {
        lock.lock();
        try {
            if (message.answered) {
                return;
            }
            metrics.count(SinkCounter.FAILED);
            if (!message.ofSink) {
                QueuedMessage loss = addLoss(message.message, cause);
                // what is kept of the message is needed until its loss is told
                loss.offset = message.offset;
                message.offset = QueuedMessage.NOWHERE;
                insertAtCursor(loss);
            }
            answered(message);
        } finally {
            lock.unlock();
        }
    }

    private void insertAtCursor(QueuedMessage loss) {
        if (places.cursor() == null) {
            append(loss);
        } else {
            places.insertAtCursor(loss);
        }
    }

    private void answered(QueuedMessage message) {
        message.answered = true;
        message.message = null;
        if (message.ofSink) {
            losses--;
        } else {
            messages--;
            bytes -= message.bytes;
            room.signalAll();
        }
        watcher.settled(message.offset);
        places.dropAnswered();
        if (places.head() == null) {
            empty.signalAll();
        }
        if (places.cursor() != null && places.cursor().loss != null) {
            work.signal();
        }
        publishDepth();
    }

    /** All that is unanswered shall be delivered again, in order, from the oldest. */
    public void rewind() {
        lock.lock();
        try {
            places.rewind();
        } finally {
            lock.unlock();
        }
    }

    /** How long the oldest delivered message has waited for its answer, in nanoseconds; 0 when none does. */
    public long unansweredNs() {
        lock.lock();
        try {
            QueuedMessage head = places.head();
            return head != null && head != places.cursor() ? clock.nanoTime() - head.deliveredNs : 0;
        } finally {
            lock.unlock();
        }
    }

    private void publishDepth() {
        watcher.depth((long) messages + losses, bytes);
    }

    private void run(Delivery delivery) {
        try {
            while (step(delivery)) {
                // one message
            }
        } catch (InterruptedException e) {
            LOG.debug("{}: stopped while busy", metrics.sinkName());
        } finally {
            end(delivery);
        }
    }

    private boolean step(Delivery delivery) throws InterruptedException {
        try {
            QueuedMessage next = next();
            if (next == null) {
                delivery.idle();
                return awaitWork();
            }
            long pauseMs = delivery.deliver(next);
            return pauseMs == Delivery.TAKEN ? taken(next) : pause(pauseMs);
        } catch (RuntimeException e) {
            LOG.error("{}: delivering failed unexpectedly, will be tried again", metrics.sinkName(), e);
            return pause(AFTER_BUG_MS);
        }
    }

    /** The next to deliver, or null. Renders a loss whose turn has come. */
    private QueuedMessage next() {
        lock.lock();
        try {
            places.skipAnswered();
            QueuedMessage cursor = places.cursor();
            if (cursor == null || isHeld(cursor)) {
                return null;
            }
            if (cursor.message == null) {
                growingLosses.render(cursor);
            }
            return cursor;
        } finally {
            lock.unlock();
        }
    }

    /** Whether this is a loss that will go on growing: the queue is full of what the receiver does not answer. */
    private boolean isHeld(QueuedMessage place) {
        boolean crowded = messages > limits.messages() * 3L / 4 || bytes > limits.bytes() / 4 * 3;
        return growingLosses.contains(place) && crowded && place != places.head() && !closing;
    }

    private boolean taken(QueuedMessage message) {
        lock.lock();
        try {
            message.delivered = true;
            message.deliveredNs = clock.nanoTime();
            places.delivered(message);
            return !stopped;
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitWork() throws InterruptedException {
        lock.lock();
        try {
            QueuedMessage cursor = places.cursor();
            if ((cursor == null || isHeld(cursor)) && !stopped) {
                work.awaitNanos(IDLE_NS);
            }
            return !stopped;
        } finally {
            lock.unlock();
        }
    }

    private boolean pause(long ms) throws InterruptedException {
        metrics.count(SinkCounter.RETRIES);
        lock.lock();
        try {
            long leftNs = TimeUnit.MILLISECONDS.toNanos(ms);
            while (!stopped && leftNs > 0) {
                leftNs = work.awaitNanos(leftNs);
            }
            return !stopped;
        } finally {
            lock.unlock();
        }
    }

    private void end(Delivery delivery) {
        boolean interrupted = Thread.interrupted();
        LOG.debug("{}: stops{}", metrics.sinkName(), interrupted ? ", interrupted" : "");
        try {
            delivery.close();
        } catch (RuntimeException e) {
            LOG.warn("{}: closing failed", metrics.sinkName(), e);
        }
        lock.lock();
        try {
            closing = true;
            stopped = true;
            for (QueuedMessage left = places.head(); left != null; left = left.next) {
                if (!left.answered && left.offset == QueuedMessage.NOWHERE) {
                    metrics.count(left.delivered ? SinkCounter.UNKNOWN : SinkCounter.FAILED);
                }
                left.answered = true;
            }
            forgetAll();
        } finally {
            lock.unlock();
        }
    }

    private void forgetAll() {
        places.clear();
        messages = 0;
        losses = 0;
        bytes = 0;
        growingLosses.clear();
        publishDepth();
        room.signalAll();
        empty.signalAll();
    }

    /** Has {@link Delivery#idle} called soon. Any thread. */
    public void wake() {
        lock.lock();
        try {
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more. */
    public void refuseMore() {
        lock.lock();
        try {
            closing = true;
            room.signalAll();
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** See {@link MessageSink#close}. */
    public synchronized boolean close(Duration deadline) {
        if (closed) {
            return drained;
        }
        closed = true;
        boolean interrupted = Thread.interrupted();
        try {
            drained = drain(deadline);
            stop();
        } catch (InterruptedException e) {
            interrupted = true;
            thread.interrupt();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        metrics.state(SinkState.CLOSED, "");
        return drained;
    }

    private boolean drain(Duration deadline) throws InterruptedException {
        refuseMore();
        lock.lock();
        try {
            long leftNs = deadline.toNanos();
            while (places.head() != null && leftNs > 0) {
                leftNs = empty.awaitNanos(leftNs);
            }
            return places.head() == null;
        } finally {
            lock.unlock();
        }
    }

    private void stop() throws InterruptedException {
        lock.lock();
        try {
            stopped = true;
            work.signalAll();
        } finally {
            lock.unlock();
        }
        if (!drained) {
            thread.interrupt();
        }
        thread.join(THREAD_END.toMillis());
        if (thread.isAlive()) {
            LOG.warn("thread {} did not stop within {} s", thread.getName(), THREAD_END.toSeconds());
        }
    }
}
