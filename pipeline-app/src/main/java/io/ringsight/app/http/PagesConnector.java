package io.ringsight.app.http;

import io.ringsight.core.metrics.Counters;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts the pages' clients, and goes on when that fails for want of file descriptors. Jetty's own closes the client it
 * accepted last then, and logs a stack trace for each try.
 */
final class PagesConnector extends ServerConnector {
    private static final Logger LOG = LoggerFactory.getLogger(PagesConnector.class);
    /** The client waits in the system's queue: without a pause it would be tried again at once, on a core that does nothing else. */
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Counters<HttpCounter> metrics;

    /** What waits for one client. */
    interface Accepting {
        SelectableChannel accept() throws IOException;
    }

    PagesConnector(Server server, Counters<HttpCounter> metrics, ConnectionFactory... protocols) {
        super(server, 0, 1, protocols);
        this.metrics = metrics;
    }

    @Override
    protected SelectorManager newSelectorManager(Executor executor, Scheduler scheduler, int selectors) {
        return new ServerConnectorManager(executor, scheduler, selectors) {
            @Override
            protected SelectableChannel doAccept(SelectableChannel server) throws IOException {
                return tryAccept(() -> super.doAccept(server));
            }
        };
    }

    /** Null if there is no client, or none that can be had now. */
    SelectableChannel tryAccept(Accepting accepting) throws IOException {
        try {
            return accepting.accept();
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            metrics.count(HttpCounter.ACCEPTS_FAILED);
            long failed = metrics.value(HttpCounter.ACCEPTS_FAILED);
            if (Long.bitCount(failed) == 1) {
                LOG.warn("a client of the pages could not be accepted: {} ({} times so far)", e.getMessage(), failed);
            }
            LockSupport.parkNanos(PAUSE_NS);
            return null;
        }
    }
}
