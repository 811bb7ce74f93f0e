package io.ringsight.core.infer.onnx;

import io.ringsight.core.infer.InferenceException;
import java.util.concurrent.locks.LockSupport;

/**
 * Hands a batch to the thread that computes it, and the outcome to the one that waits for it, in turn: one volatile state
 * and park/unpark. Unlike locks and semaphores of the JDK that allocates no queue node when it waits.
 *
 * <p><b>Threads.</b> One launches, one computes, one awaits. What each wrote before its call the next sees after its own.
 */
final class Handover {
    private static final int IDLE = 0;
    private static final int LAUNCHED = 1;
    private static final int DONE = 2;

    private int rows;
    private volatile int state = IDLE;
    private volatile Thread waiter;
    private InferenceException failure;

    /** There are rows to compute. */
    void launch(int rows) {
        this.rows = rows;
        state = LAUNCHED;
    }

    /** Rows to compute; 0: none now. */
    int launched() {
        return state == LAUNCHED ? rows : 0;
    }

    /** They are computed. @param cause why they are not; null if they are */
    void end(InferenceException cause) {
        failure = cause;
        state = DONE;
        LockSupport.unpark(waiter);
    }

    /**
     * Waits until they are computed, which must have been launched.
     *
     * @throws InferenceException if they could not be
     */
    void await() throws InterruptedException {
        waiter = Thread.currentThread();
        while (state != DONE) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LockSupport.park(this);
        }
        waiter = null;
        state = IDLE;
        if (failure != null) {
            throw failure;
        }
    }
}
