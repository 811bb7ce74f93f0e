package io.ringsight.core.ring;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.WaitStrategy;

/**
 * A wait strategy in which every stage sleeps until what it waits for has happened.
 *
 * <p>Disruptor's own {@code BlockingWaitStrategy} sleeps only for the sources and spins for the stage before, for as
 * long as that takes. Here the stage before takes as long as a network does: the spinning would cost a whole core.
 * Whoever moves a sequence must signal: {@link FrameRing} does at the end of each batch.
 */
final class BlockingChain implements WaitStrategy {
    private final Object changed = new Object();

    @Override
    public long waitFor(long sequence, Sequence cursor, Sequence before, SequenceBarrier barrier)
            throws AlertException, InterruptedException {
        long available = before.get();
        if (available >= sequence) {
            return available;
        }
        synchronized (changed) {
            while ((available = before.get()) < sequence) {
                barrier.checkAlert();
                changed.wait();
            }
        }
        return available;
    }

    @Override
    public void signalAllWhenBlocking() {
        synchronized (changed) {
            changed.notifyAll();
        }
    }

    /** Waits until any sequence moved, or {@code timeoutMs} passed. */
    void awaitChange(long timeoutMs) throws InterruptedException {
        synchronized (changed) {
            changed.wait(timeoutMs);
        }
    }
}
