package io.ringsight.app.http;

import io.ringsight.core.metrics.Counters;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;

/**
 * Bounds the connections. When one too many comes, the one whose last request is longest ago is closed: clients that are
 * slow, or say nothing, however many, keep nobody out. Any thread.
 */
final class OpenConnections implements Connection.Listener {
    private final int max;
    private final Counters<HttpCounter> metrics;
    /** The least recently used first. */
    private final Map<EndPoint, Boolean> connections = new LinkedHashMap<>(64, 0.75f, true);

    OpenConnections(int max, Counters<HttpCounter> metrics) {
        this.max = max;
        this.metrics = metrics;
    }

    @Override
    public void onOpened(Connection connection) {
        for (EndPoint evicted : add(socket(connection.getEndPoint()))) {
            metrics.count(HttpCounter.CONNECTIONS_EVICTED);
            evicted.close();
        }
    }

    private synchronized List<EndPoint> add(EndPoint socket) {
        connections.put(socket, true);
        List<EndPoint> evicted = new ArrayList<>();
        for (Iterator<EndPoint> oldest = connections.keySet().iterator(); connections.size() > max; ) {
            evicted.add(oldest.next());
            oldest.remove();
        }
        return evicted;
    }

    @Override
    public synchronized void onClosed(Connection connection) {
        connections.remove(socket(connection.getEndPoint()));
    }

    /** A request came on it. */
    synchronized void used(Connection connection) {
        connections.get(socket(connection.getEndPoint()));
    }

    /** TLS is a connection in a connection. */
    private static EndPoint socket(EndPoint endPoint) {
        return endPoint instanceof SslConnection.SslEndPoint tls
                ? tls.getSslConnection().getEndPoint()
                : endPoint;
    }
}
