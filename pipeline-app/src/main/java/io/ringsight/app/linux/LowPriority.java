package io.ringsight.app.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import io.ringsight.core.run.Threads;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that has time, beside cameras that have none: on a thread to which Linux gives what others leave (nice 19, a
 * hundredth of a core that others want). Threads that it starts are alike: so does Linux, whose priority is the thread's
 * and not the process's.
 */
public final class LowPriority {
    private static final Logger LOG = LoggerFactory.getLogger(LowPriority.class);
    private static final int OF_A_THREAD = 0;
    private static final int CALLING = 0;
    private static final int MAX_NICE = 19;

    private LowPriority() {}

    /** What is to be done. */
    public interface Work<T, E extends Exception> extends Callable<T> {
        @Override
        T call() throws E;
    }

    /**
     * Does {@code work} on a thread of its own, named {@code name}, and waits for it: as long as it takes, and when
     * interrupted, too. Where the priority cannot be lowered it is done all the same.
     */
    public static <T, E extends Exception> T call(String name, Work<T, E> work) throws E {
        FutureTask<T> task = new FutureTask<>(work);
        start(name, task);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw LowPriority.<E>thrown(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Starts a daemon thread that does {@code work}. Where the priority cannot be lowered it is done all the same. */
    public static Thread start(String name, Runnable work) {
        return Threads.start(name, () -> {
            lower();
            work.run();
        });
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> E thrown(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        // Work throws E, or what need not be declared.
        return (E) cause;
    }

    private static void lower() {
        try {
            C.setpriority(OF_A_THREAD, CALLING, MAX_NICE);
        } catch (LastErrorException | LinkageError e) {
            LOG.debug("the priority of a thread cannot be lowered", e);
        }
    }

    /** The C library; bound when first used. */
    private static final class C {
        static {
            Native.register(Platform.C_LIBRARY_NAME);
        }

        static native int setpriority(int which, int who, int nice) throws LastErrorException;
    }
}
