package io.ringsight.app.http;

import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.config.tls.TlsException;
import io.ringsight.app.config.tls.TlsFiles;
import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.metrics.Counters;
import java.io.IOException;
import java.net.BindException;
import java.security.KeyStore;
import java.util.List;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages for operators on their port, by Jetty. No thread waits for a client: those that are slow, or say nothing, keep
 * nobody out, and are cut off after seconds, or as soon as there are too many. A page is computed once for all who ask at
 * the same time. Frames never wait for a page. Closing twice is allowed.
 */
public final class HttpPages implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpPages.class);
    private static final int MAX_CONNECTIONS = 512;
    private static final int BACKLOG = 512;
    private static final int IDLE_MS = 10_000;
    private static final int MAX_HEADER_BYTES = 8 << 10;

    private final Server server;
    private final ServerConnector connector;

    private HttpPages(Server server, ServerConnector connector) {
        this.server = server;
        this.connector = connector;
    }

    /**
     * Begins to serve.
     *
     * @param metrics where the server counts
     * @throws ConfigException if the port cannot be had or the certificate cannot be used
     */
    public static HttpPages open(HttpConfig config, List<Route> routes, Counters<HttpCounter> metrics)
            throws ConfigException {
        HttpThreads threads = new HttpThreads();
        Scheduler timer = new ScheduledExecutorScheduler("http-timer", true);
        Server server = new Server(threads, timer, null);
        OpenConnections connections = new OpenConnections(MAX_CONNECTIONS, metrics);
        ServerConnector connector = connector(server, config, metrics);
        connector.addBean(connections);
        server.addConnector(connector);
        server.setHandler(
                new PageHandler(config, routes, connections, new OpenStreams(threads, timer, connections), metrics));
        server.setErrorHandler(HttpPages::refuse);
        HttpPages pages = new HttpPages(server, connector);
        pages.start(config);
        LOG.info(
                "pages on {} {}",
                config.url(pages.port()),
                routes.stream().map(Route::path).collect(Collectors.joining(" ")));
        warnOfStrangers(config, config.url(pages.port()));
        return pages;
    }

    private static ServerConnector connector(Server server, HttpConfig config, Counters<HttpCounter> metrics)
            throws ConfigException {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(MAX_HEADER_BYTES);
        HttpConnectionFactory plain = new HttpConnectionFactory(http);
        ServerConnector connector;
        if (config.tls().isPresent()) {
            http.addCustomizer(new SecureRequestCustomizer(false));
            SslConnectionFactory tls =
                    new SslConnectionFactory(tls(config, config.tls().get()), HttpVersion.HTTP_1_1.asString());
            connector = new PagesConnector(server, metrics, tls, plain);
        } else {
            connector = new PagesConnector(server, metrics, plain);
        }
        connector.setHost(config.bind());
        connector.setPort(config.port());
        connector.setAcceptQueueSize(BACKLOG);
        connector.setIdleTimeout(IDLE_MS);
        return connector;
    }

    private static SslContextFactory.Server tls(HttpConfig config, TlsFiles files) throws ConfigException {
        KeyStore store;
        try {
            store = files.load();
        } catch (TlsException e) {
            throw config.place().mistake("the certificate of http.tls: " + e.getMessage());
        }
        if (TlsFiles.isOutOfDate(store)) {
            LOG.warn("the certificate in {} is out of date: clients will refuse it", files.certificate());
        }
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStore(store);
        tls.setKeyStorePassword("");
        tls.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        return tls;
    }

    private void start(HttpConfig config) throws ConfigException {
        try {
            connector.open();
            server.start();
        } catch (IOException | SecurityException e) {
            close();
            throw config.place().mistake(unavailable(config, e));
        } catch (Exception e) {
            close();
            throw new IllegalStateException("the pages could not be started", e);
        }
    }

    private static void warnOfStrangers(HttpConfig config, String url) {
        if (config.isLoopback()) {
            return;
        }
        if (config.auth().hasToken() && config.tls().isEmpty()) {
            LOG.warn(
                    "tokens for the pages on {} travel in plain text: set http.tls, or put a proxy with TLS before it",
                    url);
        }
        if (config.auth().metricsOpen()) {
            LOG.warn("/metrics on {} is open to every network of this machine", url);
        }
    }

    /** The port served, which the system chose if the configuration says 0. */
    public int port() {
        return connector.getLocalPort();
    }

    private static String unavailable(HttpConfig config, Exception failure) {
        Throwable cause = failure;
        while (!(cause instanceof BindException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = String.valueOf(cause.getMessage());
        if (message.contains("in use")) {
            return "expected a free port, got " + config.port() + ", which another process uses on " + config.bind();
        }
        if (message.contains("ermission")) {
            return "expected a port this user may open, got " + config.port() + " (below 1024 needs more rights)";
        }
        return "expected an address of this machine, got " + config.bind() + " (" + message + ")";
    }

    /** What Jetty refuses by itself: no more is said than the status. */
    private static boolean refuse(Request request, Response response, Callback callback) {
        PageHandler.secure(response);
        response.getHeaders().put("Content-Type", "text/plain; charset=utf-8");
        Content.Sink.write(response, true, HttpStatus.getMessage(response.getStatus()) + "\n", callback);
        return true;
    }

    @Override
    public void close() {
        try {
            server.setStopTimeout(0);
            connector.close();
            server.stop();
        } catch (Exception e) {
            LOG.warn("the pages did not close: {}", e.toString());
        }
    }
}
