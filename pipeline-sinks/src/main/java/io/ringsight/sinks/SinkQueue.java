package io.ringsight.sinks;

import io.ringsight.core.frame.SourceId;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
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
    private final GapJson gaps;

    private final ReentrantLock lock = new ReentrantLock();
    /** There is something to deliver, or the queue closes. */
    private final Condition work = lock.newCondition();
    /** There may be room, or the queue closes. */
    private final Condition room = lock.newCondition();
    /** Nothing is left. */
    private final Condition empty = lock.newCondition();

    /** Losses not taken yet, to which nothing was accepted since. */
    private final Map<SourceId, QueuedMessage> growingLosses = new HashMap<>();

    private final Map<SourceId, Long> lossSeqs = new HashMap<>();
    private QueuedMessage head;
    private QueuedMessage cursor;
    private QueuedMessage tail;
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
        this.metrics = metrics;
        this.limits = limits;
        this.clock = clock;
        gaps = new GapJson(clock);
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
        growingLosses.remove(message.sourceId());
        messages++;
        bytes += message.bytes().length;
        append(new QueuedMessage(message, clock.nanoTime()));
    }

    private void drop(Message message) {
        metrics.count(SinkCounter.DROPPED_QUEUE_FULL);
        if (stopped) {
            return;
        }
        QueuedMessage growing = growingLosses.get(message.sourceId());
        if (growing != null && growing.loss.continues(message)) {
            growing.loss.add(message);
            return;
        }
        QueuedMessage loss = addLoss(message, closing ? CLOSING : QUEUE_FULL);
        growingLosses.put(message.sourceId(), loss);
        append(loss);
    }

    private QueuedMessage addLoss(Message message, String cause) {
        losses++;
        metrics.count(SinkCounter.GAPS_ADDED);
        return new QueuedMessage(new Loss(message, cause), clock.nanoTime());
    }

    private void append(QueuedMessage last) {
        if (head == null) {
            head = last;
        } else {
            tail.next = last;
        }
        tail = last;
        if (cursor == null) {
            cursor = last;
            work.signal();
        }
        publishDepth();
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
                insertAtCursor(addLoss(message.message, cause));
            }
            answered(message);
        } finally {
            lock.unlock();
        }
    }

    /** The next to be delivered after the one that is being delivered now. */
    private void insertAtCursor(QueuedMessage loss) {
        if (cursor == null) {
            append(loss);
            return;
        }
        loss.next = cursor.next;
        cursor.next = loss;
        if (tail == cursor) {
            tail = loss;
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
        while (head != null && head.answered) {
            if (head == cursor) {
                cursor = head.next;
            }
            head = head.next;
        }
        if (head == null) {
            tail = null;
            empty.signalAll();
        }
        if (cursor != null && cursor.loss != null) {
            work.signal();
        }
        publishDepth();
    }

    /** All that is unanswered shall be delivered again, in order, from the oldest. */
    public void rewind() {
        lock.lock();
        try {
            cursor = head;
        } finally {
            lock.unlock();
        }
    }

    /** How long the oldest delivered message has waited for its answer, in nanoseconds; 0 when none does. */
    public long unansweredNs() {
        lock.lock();
        try {
            return head != null && head != cursor ? clock.nanoTime() - head.deliveredNs : 0;
        } finally {
            lock.unlock();
        }
    }

    private void publishDepth() {
        metrics.queued((long) messages + losses, bytes);
    }

    private void run(Delivery delivery) {
        try {
            while (step(delivery)) {
                // one message, or one look around
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
            while (cursor != null && cursor.answered) {
                cursor = cursor.next;
            }
            if (cursor == null || isHeld(cursor)) {
                return null;
            }
            if (cursor.message == null) {
                render(cursor);
            }
            return cursor;
        } finally {
            lock.unlock();
        }
    }

    /** Whether this is a loss that will go on growing: the queue is full of what the receiver does not answer. */
    private boolean isHeld(QueuedMessage place) {
        boolean growing = place.loss != null && growingLosses.get(place.loss.sourceId()) == place;
        boolean crowded = messages > limits.messages() * 3L / 4 || bytes > limits.bytes() / 4 * 3;
        return growing && crowded && place != head && !closing;
    }

    private void render(QueuedMessage place) {
        growingLosses.remove(place.loss.sourceId(), place);
        long seq = lossSeqs.merge(place.loss.sourceId(), 1L, Long::sum);
        place.message = gaps.notPublished(place.loss, seq);
        place.loss = null;
    }

    private boolean taken(QueuedMessage message) {
        lock.lock();
        try {
            message.delivered = true;
            message.deliveredNs = clock.nanoTime();
            if (cursor == message) {
                cursor = message.next;
            }
            return !stopped;
        } finally {
            lock.unlock();
        }
    }

    private boolean awaitWork() throws InterruptedException {
        lock.lock();
        try {
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
            for (QueuedMessage left = head; left != null; left = left.next) {
                if (!left.answered) {
                    left.answered = true;
                    metrics.count(left.delivered ? SinkCounter.UNKNOWN : SinkCounter.FAILED);
                }
            }
            forgetAll();
        } finally {
            lock.unlock();
        }
    }

    private void forgetAll() {
        head = null;
        cursor = null;
        tail = null;
        messages = 0;
        losses = 0;
        bytes = 0;
        growingLosses.clear();
        publishDepth();
        room.signalAll();
        empty.signalAll();
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
        lock.lock();
        try {
            closing = true;
            room.signalAll();
            work.signalAll();
            long leftNs = deadline.toNanos();
            while (head != null && leftNs > 0) {
                leftNs = empty.awaitNanos(leftNs);
            }
            return head == null;
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
