package io.ringsight.core.run;

import io.ringsight.core.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Starts threads and waits for them. They are daemon threads: the process ends without them. What escapes from one goes
 * to its handler of uncaught exceptions; no executor keeps it to itself.
 */
public final class Threads {
    private Threads() {}

    /** Starts a daemon thread. */
    public static Thread start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /**
     * Waits for one of which the caller can do without. An interrupt ends the waiting and stays with the caller.
     *
     * @return whether it has ended
     */
    public static boolean awaitEnd(Thread thread, long timeoutMs) {
        try {
            thread.join(Math.max(1, timeoutMs));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    /**
     * Waits for all of them within one time limit.
     *
     * @return the names of those that still run
     */
    public static List<String> join(List<Thread> threads, Clock clock, long timeoutMs) throws InterruptedException {
        long untilNs = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        for (Thread thread : threads) {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(untilNs - clock.nanoTime())));
        }
        return threads.stream().filter(Thread::isAlive).map(Thread::getName).toList();
    }
}
