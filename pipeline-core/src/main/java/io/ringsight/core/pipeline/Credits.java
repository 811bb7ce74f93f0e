package io.ringsight.core.pipeline;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A bounded number of credits: one thread takes them, any thread gives them back. Bounds what a source may have in the
 * ring, and what Dispatch may have in the lanes. Allocates nothing, not even while it waits.
 */
final class Credits {
    private final AtomicInteger free;
    private volatile Thread waiting;

    Credits(int credits) {
        free = new AtomicInteger(credits);
    }

    /** Takes one if there is one. For the taking thread only. */
    boolean tryTake() {
        if (free.get() <= 0) {
            return false;
        }
        free.getAndDecrement();
        return true;
    }

    /** Takes one; waits until there is one. For the taking thread only. */
    void take() throws InterruptedException {
        if (tryTake()) {
            return;
        }
        waiting = Thread.currentThread();
        try {
            while (!tryTake()) {
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        } finally {
            waiting = null;
        }
    }

    /** Gives one back. */
    void giveBack() {
        free.getAndIncrement();
        LockSupport.unpark(waiting);
    }
}
