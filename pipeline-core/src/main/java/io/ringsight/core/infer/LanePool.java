package io.ringsight.core.infer;

import java.util.List;

/** The free lanes of a backend. Taking waits for one; neither side allocates. Any thread. */
final class LanePool {
    private final Lane[] free;
    private int count;
    private boolean closed;

    LanePool(List<Lane> lanes) {
        free = lanes.toArray(new Lane[0]);
        count = free.length;
    }

    /** A free lane, waiting for it if need be; null when the pool was closed or the thread is interrupted. */
    synchronized Lane take() {
        while (count == 0 && !closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }
        return closed ? null : free[--count];
    }

    synchronized void giveBack(Lane lane) {
        free[count++] = lane;
        notifyAll();
    }

    /** Nobody gets a lane any more. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
