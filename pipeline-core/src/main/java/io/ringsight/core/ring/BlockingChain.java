package io.ringsight.core.ring;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.WaitStrategy;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A wait strategy in which every stage sleeps until what it waits for has happened, and only that wakes it: a slot that
 * is published wakes the first stage, and each stage the next one.
 *
 * <p>Disruptor's own {@code BlockingWaitStrategy} sleeps only for the sources and spins for the stage before, for as
 * long as that takes. Here the stage before takes as long as a network does: the spinning would cost a whole core.
 * Whoever moves a sequence must signal: {@link FrameRing} does at the end of each batch.
 */
final class BlockingChain implements WaitStrategy {
    private final Object changed = new Object();
    private volatile List<Thread> stages = List.of();
    private volatile List<? extends Stage<?>> works = List.of();
    private final Consumer<Throwable> onBroken;

    /** @param onBroken told of an Error in a stage that waits */
    BlockingChain(Consumer<Throwable> onBroken) {
        this.onBroken = onBroken;
    }

    /** The stages' threads and what they do, in their order; before any is started. */
    void stages(List<Thread> threads, List<? extends Stage<?>> works) {
        this.works = List.copyOf(works);
        stages = List.copyOf(threads);
    }

    /** For a stage's own thread. A signal that comes before it sleeps keeps it from sleeping. */
    @Override
    public long waitFor(long sequence, Sequence cursor, Sequence before, SequenceBarrier barrier)
            throws AlertException {
        while (true) {
            try {
                return Math.min(await(sequence, before, barrier), sequence + maxBatch() - 1);
            } catch (Error e) {
                // Out of here, Disruptor would take the slot waited for as done, though nobody has filled it.
                onBroken.accept(e);
            }
        }
    }

    private long await(long sequence, Sequence before, SequenceBarrier barrier) throws AlertException {
        long available = before.get();
        while (available < sequence) {
            barrier.checkAlert();
            LockSupport.park(this);
            // A stop comes by the barrier. An interrupt alone, as one comes with an Error thrown into the thread, ends
            // no
            // wait: out of here, too, Disruptor would take the slot waited for as done.
            Thread.interrupted();
            available = before.get();
        }
        return available;
    }

    /** Of the stage that waits. Disruptor would have it fixed at the start; what is available beyond it comes next time. */
    private int maxBatch() {
        return works.get(stages.indexOf(Thread.currentThread())).maxBatch();
    }

    /** A slot was published. */
    @Override
    public void signalAllWhenBlocking() {
        LockSupport.unpark(stages.get(0));
    }

    /** A stage has passed slots: the next one may have work, or there is room. */
    void passed(int stage) {
        if (stage + 1 < stages.size()) {
            LockSupport.unpark(stages.get(stage + 1));
            return;
        }
        synchronized (changed) {
            changed.notifyAll();
        }
    }

    /** Every stage looks whether it shall end. */
    void wakeAll() {
        stages.forEach(LockSupport::unpark);
    }

    /** Waits until the last stage has passed a slot, or {@code timeoutMs} passed. */
    void awaitChange(long timeoutMs) throws InterruptedException {
        synchronized (changed) {
            changed.wait(timeoutMs);
        }
    }
}
