package io.ringsight.app.http;

import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The threads of the pages' server: few, for none waits for a client. What ends one of them, other than a page that fails,
 * is told to the process's handler of uncaught exceptions, for it may have been the one that hears the network.
 */
final class HttpThreads extends QueuedThreadPool {
    private static final int MAX_THREADS = 16;
    private static final int MIN_THREADS = 2;
    private static final int IDLE_MS = 10_000;
    private static final int STACK_BYTES = 256 << 10;

    HttpThreads() {
        super(MAX_THREADS, MIN_THREADS, IDLE_MS);
        setName("http");
        setDaemon(true);
        setReservedThreads(0);
    }

    @Override
    public Thread newThread(Runnable job) {
        Thread thread = new Thread(null, job, "", STACK_BYTES);
        thread.setName("http-" + thread.getId());
        thread.setDaemon(true);
        return thread;
    }

    @Override
    protected void runJob(Runnable job) {
        try {
            super.runJob(job);
        } catch (Error e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            throw e;
        }
    }
}
