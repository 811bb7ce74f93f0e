package io.ringsight.app.daemon;

import io.ringsight.core.run.Threads;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was opened, to be closed in reverse order, each even if another fails, and all within one time limit: what does
 * not end by then is named and left. Owned by one thread; closing twice is allowed.
 */
final class Closers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Closers.class);

    /** One thing to close. */
    interface Closer {
        /** Closes it, within the limit it sets itself. */
        void close() throws InterruptedException;
    }

    private record Named(String name, Closer closer) {}

    private final Deque<Named> opened = new ArrayDeque<>();
    private final StopDeadline deadline;
    private final Consumer<Throwable> onFailure;
    private volatile String closing = "";

    /** @param onFailure told what was thrown while closing; any thread */
    Closers(StopDeadline deadline, Consumer<Throwable> onFailure) {
        this.deadline = deadline;
        this.onFailure = onFailure;
    }

    /** Adds what was opened last. */
    void add(String name, Closer closer) {
        opened.push(new Named(name, closer));
    }

    @Override
    public void close() {
        if (opened.isEmpty()) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        deadline.begin();
        List<Named> all = List.copyOf(opened);
        opened.clear();
        Thread closer = Threads.start("closer", () -> closeAll(all));
        if (!Threads.awaitEnd(closer, deadline.leftMs(1))) {
            LOG.warn("not everything was closed in time; left while closing {}", closing);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeAll(List<Named> all) {
        for (Named last : all) {
            closing = last.name();
            try {
                last.closer().close();
            } catch (InterruptedException e) {
                LOG.warn("interrupted while closing {}", last.name());
            } catch (Throwable e) {
                onFailure.accept(new IllegalStateException("closing " + last.name() + " failed: " + e, e));
                LOG.error("closing {} failed", last.name(), e);
            }
        }
    }
}
