package io.ringsight.sinks.queue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * How far a {@link SinkQueue} is in its life, and all the waiting this begins and ends: it takes messages, then it takes no
 * more, then its thread is to end. Holds the queue's lock; unless a method says otherwise, it is called under it.
 */
final class QueueLife {
    private static final long IDLE_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final ReentrantLock lock = new ReentrantLock();
    /** There is something to deliver, or the queue closes. */
    private final Condition work = lock.newCondition();
    /** Nothing is left. */
    private final Condition empty = lock.newCondition();

    private boolean closing;
    private volatile boolean stopped;

    /** Not held by the caller. */
    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    /** Whether no more is taken. */
    boolean isClosing() {
        return closing;
    }

    /** Whether the thread is to end. Any thread, with or without the lock. */
    boolean isStopped() {
        return stopped;
    }

    /** There is something to deliver. */
    void signalWork() {
        work.signal();
    }

    /** Nothing is left. */
    void signalEmpty() {
        empty.signalAll();
    }

    /** Takes no more from now on. */
    void refuseMore() {
        closing = true;
        work.signalAll();
    }

    /** The thread has ended. */
    void end() {
        closing = true;
        stopped = true;
        empty.signalAll();
    }

    /** Waits a moment for something to deliver. Without the lock. Returns whether the thread goes on. */
    boolean awaitWork(BooleanSupplier hasWork) throws InterruptedException {
        lock.lock();
        try {
            if (!hasWork.getAsBoolean() && !stopped) {
                work.awaitNanos(IDLE_NS);
            }
            return !stopped;
        } finally {
            lock.unlock();
        }
    }

    /** Waits before a message is tried again. Without the lock. Returns whether the thread goes on. */
    boolean pause(long ms) throws InterruptedException {
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

    /**
     * Waits until nothing is left; then, or when it may wait no longer, the thread is to end. Without the lock. An interrupt
     * ends the wait, and the thread all the same.
     */
    void drain(Duration deadline, BooleanSupplier isEmpty) throws InterruptedException {
        lock.lock();
        try {
            long leftNs = deadline.toNanos();
            while (!isEmpty.getAsBoolean() && leftNs > 0) {
                leftNs = empty.awaitNanos(leftNs);
            }
        } finally {
            stopped = true;
            work.signalAll();
            lock.unlock();
        }
    }
}
