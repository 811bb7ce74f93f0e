package io.ringsight.core.ring;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * A bounded number of credits: one thread takes them, any thread gives them back. Bounds what a source may have in the
 * ring. Allocates nothing, not even while it waits.
 */
public final class Credits {
    private final AtomicInteger taken = new AtomicInteger();
    private final IntSupplier most;
    private volatile Thread waiting;

    /** @param most how many may be taken at a time, at least 1; asked for each, and may fall below what is taken */
    public Credits(IntSupplier most) {
        this.most = most;
    }

    /** Takes one if there is one. For the taking thread only. */
    public boolean tryTake() {
        if (taken.get() >= most.getAsInt()) {
            return false;
        }
        taken.getAndIncrement();
        return true;
    }

    /** Takes one; waits until there is one. For the taking thread only. */
    public void take() throws InterruptedException {
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
    public void giveBack() {
        taken.getAndDecrement();
        wake();
    }

    /** More may be taken than before: who waits looks again. */
    public void wake() {
        LockSupport.unpark(waiting);
    }
}
