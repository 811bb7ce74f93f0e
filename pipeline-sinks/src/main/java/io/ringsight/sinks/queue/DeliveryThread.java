package io.ringsight.sinks.queue;

import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.run.Threads;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread of a {@link SinkQueue}: takes one message after the other to the delivery, and survives what that throws. */
final class DeliveryThread {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryThread.class);
    private static final Duration THREAD_END = Duration.ofSeconds(10);

    private final SinkQueue queue;
    private final Delivery delivery;
    private final String sinkName;
    private final SinkMetrics metrics;
    private final Faults faults;
    private final CountDownLatch connectingOver = new CountDownLatch(1);
    private volatile boolean connected;
    private final Thread thread;

    /** Starts the thread. */
    DeliveryThread(SinkQueue queue, Delivery delivery, SinkMetrics metrics, String threadName) {
        this.queue = queue;
        this.delivery = delivery;
        this.metrics = metrics;
        sinkName = metrics.sinkName();
        faults = new Faults(delivery.getClass().getSimpleName(), metrics);
        thread = Threads.start(threadName, this::run);
    }

    private void run() {
        try {
            boolean goesOn = connect();
            while (goesOn) {
                goesOn = survive();
            }
        } finally {
            end();
        }
    }

    /** What goes wrong goes wrong again with the first message, which then waits and tells. */
    private boolean connect() {
        try {
            connected = delivery.connect();
            return true;
        } catch (InterruptedException | RuntimeException | Error e) {
            return !endsBy(e) && pause(faults.restart(delivery, e));
        } finally {
            connectingOver.countDown();
        }
    }

    /** Whether the delivery's first call is still to end. */
    boolean isConnecting() {
        return connectingOver.getCount() > 0;
    }

    /** See {@link SinkQueue#awaitConnected}. */
    boolean awaitConnected(Duration limit) throws InterruptedException {
        return connectingOver.await(limit.toNanos(), TimeUnit.NANOSECONDS) && connected;
    }

    /** One step. Nothing it throws ends the thread: the sink would be dead while its state says that it is well. */
    private boolean survive() {
        try {
            return faults.survived(step());
        } catch (InterruptedException | RuntimeException | Error e) {
            return !endsBy(e) && pause(faults.restart(delivery, e));
        }
    }

    private boolean endsBy(Throwable e) {
        boolean ends = e instanceof InterruptedException && queue.isStopped();
        if (ends) {
            LOG.debug("{}: stopped while busy", sinkName);
        }
        return ends;
    }

    /** A stray interrupt cuts it short. */
    private boolean pause(long ms) {
        try {
            return retryAfter(ms);
        } catch (InterruptedException e) {
            return !queue.isStopped();
        }
    }

    private boolean retryAfter(long ms) throws InterruptedException {
        metrics.count(SinkCounter.RETRIES);
        return queue.pause(ms);
    }

    private boolean step() throws InterruptedException {
        QueuedMessage next = queue.next();
        if (next == null) {
            delivery.idle();
            return queue.awaitWork();
        }
        long pauseMs = delivery.deliver(next);
        return pauseMs == Delivery.TAKEN ? queue.taken(next) : retryAfter(pauseMs);
    }

    private void end() {
        Thread.interrupted();
        try {
            delivery.close();
        } catch (RuntimeException | Error e) {
            LOG.warn("{}: closing failed: {}", sinkName, e.toString());
        }
        queue.abandon();
    }

    /** Has what the thread is busy with cut off. */
    void interrupt() {
        thread.interrupt();
    }

    /** Waits until it has ended, and says so if it does not. */
    void join() throws InterruptedException {
        thread.join(THREAD_END.toMillis());
        if (thread.isAlive()) {
            LOG.warn("thread {} did not stop within {} s", thread.getName(), THREAD_END.toSeconds());
        }
    }
}
