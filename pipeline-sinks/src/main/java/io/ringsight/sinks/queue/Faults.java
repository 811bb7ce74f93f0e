package io.ringsight.sinks.queue;

import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a {@link SinkQueue}'s thread does about failures nobody foresaw, {@link Error}s among them: counts and tells them,
 * has the delivery start again, and waits ever longer. Of that thread.
 */
final class Faults {
    private static final Logger LOG = LoggerFactory.getLogger(Faults.class);
    private static final long PAUSE_MS = 1_000;
    private static final int MAX_DOUBLINGS = 5;

    private final String part;
    private final SinkMetrics metrics;
    private int inARow;

    /** @param part the delivery, for people */
    Faults(String part, SinkMetrics metrics) {
        this.part = part;
        this.metrics = metrics;
    }

    /** All went well; returns {@code goesOn}. */
    boolean survived(boolean goesOn) {
        if (inARow > 0) {
            inARow = 0;
            metrics.mended(part);
            LOG.info("{}: {} works again", metrics.sinkName(), part);
        }
        return goesOn;
    }

    /** Returns how long to wait before the next try, in milliseconds. Throws nothing. */
    long restart(Delivery delivery, Throwable fault) {
        tell(fault);
        try {
            delivery.restart();
        } catch (RuntimeException | Error e) {
            tell(e);
        }
        // who wants the thread to end says so to the queue first; a stray interrupt would end it without a word
        Thread.interrupted();
        return PAUSE_MS << Math.min(inARow++, MAX_DOUBLINGS);
    }

    private void tell(Throwable fault) {
        metrics.count(SinkCounter.ERRORS);
        try {
            metrics.failed(part, part + " failed and is started again: " + fault);
            LOG.error("{}: {} failed and is started again", metrics.sinkName(), part, fault);
        } catch (RuntimeException | Error noMemory) {
            // Not even memory for a line: counted all the same.
            inARow = Math.max(1, inARow);
        }
    }
}
