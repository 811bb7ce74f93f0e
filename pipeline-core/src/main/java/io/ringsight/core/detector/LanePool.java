package io.ringsight.core.detector;

import io.ringsight.core.infer.Lane;
import io.ringsight.core.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The free lanes of a detector, the one that has been free for longest first: so all workers and devices have their
 * turn. Taking waits for one; neither side allocates. Any thread.
 */
final class LanePool {
    private final Lane[] free;
    private int first;
    private int count;
    private boolean retired;

    LanePool(List<Lane> lanes) {
        free = lanes.toArray(new Lane[0]);
        count = free.length;
    }

    /** A free lane, waiting for it if need be; null once the pool is retired. */
    synchronized Lane take() throws InterruptedException {
        while (count == 0 && !retired) {
            wait();
        }
        if (retired) {
            return null;
        }
        Lane lane = free[first];
        first = next(first, 1);
        count--;
        return lane;
    }

    synchronized void giveBack(Lane lane) {
        free[next(first, count)] = lane;
        count++;
        notifyAll();
    }

    private int next(int from, int steps) {
        return (from + steps) % free.length;
    }

    /** Nobody gets a lane any more. */
    synchronized void retire() {
        retired = true;
        notifyAll();
    }

    /** Waits until every lane is here; false if that took longer. */
    synchronized boolean awaitAll(long timeoutMs, Clock clock) throws InterruptedException {
        long beganNs = clock.nanoTime();
        long leftMs = timeoutMs;
        while (count < free.length && leftMs > 0) {
            wait(leftMs);
            leftMs = timeoutMs - TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - beganNs);
        }
        return count == free.length;
    }
}
