package io.ringsight.app;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was opened, to be closed in reverse order, each even if another fails. Owned by one thread; closing twice is
 * allowed.
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

    /** Adds what was opened last. */
    void add(String name, Closer closer) {
        opened.push(new Named(name, closer));
    }

    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        while (!opened.isEmpty()) {
            Named last = opened.pop();
            try {
                last.closer().close();
            } catch (InterruptedException e) {
                interrupted = true;
                LOG.warn("interrupted while closing {}", last.name());
            } catch (RuntimeException e) {
                LOG.warn("closing {} failed", last.name(), e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
