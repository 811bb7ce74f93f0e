package io.ringsight.core.run;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something again and again on a thread of its own. An exception is logged and the next turn comes all the same; an
 * {@link Error} ends the thread and is told to its handler of uncaught exceptions. A scheduled executor would keep either
 * to itself and never take a turn again.
 */
public final class Ticker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);

    private final CountDownLatch closed = new CountDownLatch(1);
    private final String name;
    private final Duration period;
    private final Runnable task;

    private Ticker(String name, Duration period, Runnable task) {
        this.name = name;
        this.period = period;
        this.task = task;
    }

    /**
     * Begins; the first turn comes when a period has passed.
     *
     * @param name of the thread
     * @param period from the end of a turn to the next
     */
    public static Ticker start(String name, Duration period, Runnable task) {
        Ticker ticker = new Ticker(name, period, task);
        Threads.start(name, ticker::run);
        return ticker;
    }

    private void run() {
        try {
            while (!closed.await(period.toNanos(), TimeUnit.NANOSECONDS)) {
                turn();
            }
        } catch (InterruptedException e) {
            LOG.debug("{}: interrupted", name);
        }
    }

    private void turn() {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.warn("{} failed; it runs again at its next turn", name, e);
        }
    }

    /** No turn comes any more; does not wait for one that goes on. Closing twice is allowed. */
    @Override
    public void close() {
        closed.countDown();
    }
}
