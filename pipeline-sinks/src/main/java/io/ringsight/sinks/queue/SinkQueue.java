package io.ringsight.sinks.queue;

import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageSink;
import java.io.IOException;
import java.time.Duration;

/**
 * A bounded queue of messages with a thread of its own that delivers them in order: a sink without a spool, or a part of one.
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
 * <p><b>Recordings</b> wait at their source while the queue is half full ({@link #hasRoom()}). What was let in before is
 * taken, over the limits if need be: by no more than recordings have in the pipeline at a time.
 *
 * <p><b>Threads.</b> {@link #offer} and {@link #put} are for any thread; {@link #acknowledged} and {@link #refused} too;
 * {@link #rewind()} is for the delivery, inside its calls. One lock, never held while delivering.
 */
public final class SinkQueue implements MessageSink {
    private static final String QUEUE_FULL = "the sink's queue was full";
    private static final String CLOSING = "the sink was closing";

    private final SinkMetrics metrics;
    private final Clock clock;
    private final QueueWatcher watcher;

    private final QueueLife life = new QueueLife();
    private final Room room = new Room();
    private final Backlog backlog;
    private DeliveryThread thread;
    private boolean closed;
    private boolean drained;

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
        this.clock = clock;
        this.watcher = watcher;
        backlog = new Backlog(limits, clock, lossesBefore);
    }

    /** Starts the thread, named after the sink. Once. */
    public void start(Delivery delivery) {
        start(delivery, "sink-" + metrics.sinkName());
    }

    /** As {@link #start(Delivery)}, for a sink with more than one queue. */
    public void start(Delivery delivery, String threadName) {
        thread = new DeliveryThread(this, delivery, metrics, threadName);
    }

    /** {@inheritDoc} After {@link #start}. */
    @Override
    public boolean awaitConnected(Duration limit) throws InterruptedException {
        return thread.awaitConnected(limit);
    }

    @Override
    public boolean offer(EncodedMessage message) {
        metrics.count(SinkCounter.OFFERED);
        life.lock();
        try {
            if (!life.isClosing() && backlog.hasRoom(message)) {
                accept(message, QueuedMessage.NOWHERE);
                return true;
            }
            drop(message);
            return false;
        } finally {
            life.unlock();
        }
    }

    @Override
    public void put(EncodedMessage message) {
        metrics.count(SinkCounter.OFFERED);
        life.lock();
        try {
            if (life.isClosing()) {
                drop(message);
            } else {
                accept(message, QueuedMessage.NOWHERE);
            }
        } finally {
            life.unlock();
        }
    }

    @Override
    public boolean hasRoom() {
        return room.isOpen();
    }

    @Override
    public void onRoom(Runnable listener) {
        room.onOpen(listener);
    }

    @Override
    public SinkMetrics metrics() {
        return metrics;
    }

    private void accept(EncodedMessage message, long offset) {
        added(backlog.add(message, offset));
    }

    /** Takes a message counted already, if there is room; {@link QueueWatcher#settled} is told {@code offset}. */
    public boolean forward(EncodedMessage message, long offset) {
        life.lock();
        try {
            boolean taken = !life.isClosing() && backlog.hasRoom(message);
            if (taken) {
                accept(message, offset);
            }
            return taken;
        } finally {
            life.unlock();
        }
    }

    private void drop(EncodedMessage message) {
        metrics.count(SinkCounter.DROPPED_QUEUE_FULL);
        if (!life.isStopped() && !backlog.joinLoss(message)) {
            metrics.count(SinkCounter.GAPS_ADDED);
            added(backlog.addLoss(message, life.isClosing() ? CLOSING : QUEUE_FULL));
        }
    }

    private void added(boolean isNext) {
        if (isNext) {
            life.signalWork();
        }
        publishDepth();
    }

    /** As {@link #refused}, with {@link #rewind} to follow: the gap message takes the message's own place. */
    public void refusedInPlace(QueuedMessage message, String cause) {
        refuse(message, cause, true);
    }

    /** Takes a gap message the sink itself made. Before {@link #start}. */
    public void addOwn(EncodedMessage message) {
        metrics.count(SinkCounter.GAPS_ADDED);
        forward(message, QueuedMessage.NOWHERE);
    }

    /**
     * Has what waits for an answer and is kept nowhere else kept, in order; {@link QueueWatcher#settled} is told where.
     *
     * @throws IOException if something could not be kept; what comes before it is
     */
    public void keep(Keeper keeper) throws IOException {
        life.lock();
        try {
            backlog.keep(keeper);
        } finally {
            life.unlock();
        }
    }

    /** Whether nothing would be lost with the queue: what waits for an answer is kept elsewhere, too. */
    public boolean isKept() {
        life.lock();
        try {
            return backlog.isKept();
        } finally {
            life.unlock();
        }
    }

    /** The message is in other hands, which will count what becomes of it. */
    public void passedOn(QueuedMessage message) {
        life.lock();
        try {
            if (!message.answered) {
                answered(message);
            }
        } finally {
            life.unlock();
        }
    }

    /** The message arrived. */
    public void acknowledged(QueuedMessage message) {
        life.lock();
        try {
            if (message.answered) {
                return;
            }
            metrics.count(SinkCounter.ACKNOWLEDGED);
            metrics.count(SinkCounter.ACKNOWLEDGED_BYTES, message.message.bytes().length);
            metrics.acknowledged(clock.nanoTime(), message.acceptedNs, message.ofSink);
            answered(message);
        } finally {
            life.unlock();
        }
    }

    /**
     * The message will never be taken, whatever is done: counted as failed, and told to the receiver in a gap message.
     *
     * @param cause why, for people, without secrets
     */
    public void refused(QueuedMessage message, String cause) {
        refuse(message, cause, false);
    }

    private void refuse(QueuedMessage message, String cause, boolean inPlace) {
        life.lock();
        try {
            if (message.answered) {
                return;
            }
            metrics.count(SinkCounter.FAILED);
            if (!message.ofSink) {
                metrics.count(SinkCounter.GAPS_ADDED);
                if (backlog.insertLoss(message, cause, inPlace ? message : null)) {
                    life.signalWork();
                }
            }
            answered(message);
        } finally {
            life.unlock();
        }
    }

    private void answered(QueuedMessage message) {
        backlog.answered(message);
        watcher.settled(message.offset);
        if (backlog.isEmpty()) {
            life.signalEmpty();
        }
        if (backlog.isLossNext()) {
            life.signalWork();
        }
        publishDepth();
    }

    /** All that is unanswered shall be delivered again, in order, from the oldest. */
    public void rewind() {
        life.lock();
        try {
            backlog.rewind();
        } finally {
            life.unlock();
        }
    }

    /** How long the oldest delivered message has waited for its answer, in nanoseconds; 0 when none does. */
    public long unansweredNs() {
        life.lock();
        try {
            return backlog.unansweredNs();
        } finally {
            life.unlock();
        }
    }

    private void publishDepth() {
        watcher.depth(backlog.places(), backlog.bytes());
        // recordings leave half of it to the cameras; a queue that closes holds nobody back
        room.set(life.isClosing() || !backlog.isHalfFull());
    }

    /** The next to deliver, or null. Renders a loss whose turn has come. */
    QueuedMessage next() {
        life.lock();
        try {
            return backlog.next(life.isClosing());
        } finally {
            life.unlock();
        }
    }

    /** The delivery took it over. Returns whether the thread goes on. */
    boolean taken(QueuedMessage message) {
        life.lock();
        try {
            backlog.delivered(message);
            return !life.isStopped();
        } finally {
            life.unlock();
        }
    }

    /** Whether its thread is to end: an interrupt before that came from nobody. */
    boolean isStopped() {
        return life.isStopped();
    }

    /** Waits a moment for something to deliver. Returns whether the thread goes on. */
    boolean awaitWork() throws InterruptedException {
        return life.awaitWork(() -> backlog.hasNext(life.isClosing()));
    }

    /** For the delivery: waits before it tries again, or until the sink is stopped. Returns whether it goes on. */
    public boolean pause(long ms) throws InterruptedException {
        return life.pause(ms);
    }

    /** The thread has ended: counts what is left as unknown or failed. */
    void abandon() {
        life.lock();
        try {
            life.end();
            for (QueuedMessage left = backlog.head(); left != null; left = left.next) {
                if (left.isUnkept()) {
                    metrics.count(left.delivered ? SinkCounter.UNKNOWN : SinkCounter.FAILED);
                }
                left.answered = true;
            }
            backlog.clear();
            publishDepth();
        } finally {
            life.unlock();
        }
    }

    /** Has {@link Delivery#idle} called soon. Any thread. */
    public void wake() {
        life.lock();
        try {
            life.signalWork();
        } finally {
            life.unlock();
        }
    }

    /** Takes no more. */
    public void refuseMore() {
        life.lock();
        try {
            life.refuseMore();
            room.set(true);
        } finally {
            life.unlock();
        }
    }

    @Override
    public synchronized boolean close(Duration deadline) {
        if (closed) {
            return drained;
        }
        closed = true;
        boolean interrupted = Thread.interrupted();
        try {
            drain(deadline);
            if (!drained || thread.isConnecting()) {
                thread.interrupt();
            }
            thread.join();
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

    /** Waits until all is answered; then, or when it may wait no longer, the thread is to end. */
    private void drain(Duration deadline) throws InterruptedException {
        refuseMore();
        life.drain(deadline, () -> {
            drained = backlog.isEmpty();
            return drained;
        });
    }
}
