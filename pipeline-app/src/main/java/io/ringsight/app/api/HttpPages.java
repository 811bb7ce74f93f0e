package io.ringsight.app.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.config.yaml.ConfigException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages for operators on their port. The JDK's server reads a request on a thread of the pool: there is one for each
 * connection it takes, so that clients that are slow, or say nothing, keep nobody out; each is cut off after seconds.
 * A page is computed once for all who ask at the same time. Frames never wait for a page. Closing twice is allowed.
 */
public final class HttpPages implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpPages.class);
    private static final int MAX_CONNECTIONS = 320;
    private static final int MAX_IDLE_CONNECTIONS = 16;
    private static final int KEPT_THREADS = 4;
    private static final int THREAD_IDLE_SECONDS = 10;
    private static final int STACK_BYTES = 256 << 10;
    private static final int BACKLOG = 128;
    private static final int REQUEST_SECONDS = 3;
    private static final int RESPONSE_SECONDS = 10;
    private static final int IDLE_SECONDS = 5;

    private final HttpServer server;
    private final ThreadPoolExecutor threads;

    private HttpPages(HttpServer server, ThreadPoolExecutor threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Begins to serve.
     *
     * @param pages by path
     * @throws ConfigException if the port cannot be had
     */
    public static HttpPages open(HttpConfig config, Map<String, Page> pages) throws ConfigException {
        limitClients();
        InetSocketAddress address = new InetSocketAddress(config.bind(), config.port());
        HttpServer server;
        try {
            server = HttpServer.create(address, BACKLOG);
        } catch (BindException e) {
            throw config.place().mistake(unavailable(config, e));
        } catch (IOException | SecurityException e) {
            throw config.place().mistake("expected a port to listen on, but " + e.getMessage());
        }
        ThreadPoolExecutor threads = threads();
        server.setExecutor(threads);
        Map<String, Page> shared = new LinkedHashMap<>();
        pages.forEach((path, page) -> shared.put(path, new SharedPage(page)));
        server.createContext("/", exchange -> serve(exchange, shared));
        server.start();
        HttpPages opened = new HttpPages(server, threads);
        LOG.info("pages on {} {}", config.url(opened.port()), String.join(" ", pages.keySet()));
        if (server.getAddress().getAddress().isAnyLocalAddress()) {
            LOG.warn(
                    "the pages on {} have no password and are open to every network of this machine; bind to 127.0.0.1,"
                            + " or keep others out by a firewall",
                    config.url(opened.port()));
        }
        return opened;
    }

    /** The port served, which the system chose if the configuration says 0. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** The JDK's server reads these once, when the first server of the process is made. */
    private static void limitClients() {
        System.setProperty("sun.net.httpserver.maxReqTime", Integer.toString(REQUEST_SECONDS));
        System.setProperty("sun.net.httpserver.maxRspTime", Integer.toString(RESPONSE_SECONDS));
        System.setProperty("jdk.httpserver.maxConnections", Integer.toString(MAX_CONNECTIONS));
        System.setProperty("sun.net.httpserver.maxIdleConnections", Integer.toString(MAX_IDLE_CONNECTIONS));
        System.setProperty("sun.net.httpserver.idleInterval", Integer.toString(IDLE_SECONDS));
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static ThreadPoolExecutor threads() {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(null, task, "http-" + number.incrementAndGet(), STACK_BYTES);
            thread.setDaemon(true);
            return thread;
        };
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                KEPT_THREADS,
                MAX_CONNECTIONS,
                THREAD_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                factory);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static String unavailable(HttpConfig config, BindException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("in use")) {
            return "expected a free port, got " + config.port() + ", which another process uses on " + config.bind();
        }
        if (message.contains("ermission")) {
            return "expected a port this user may open, got " + config.port() + " (below 1024 needs more rights)";
        }
        return "expected an address of this machine, got " + config.bind() + " (" + message + ")";
    }

    private static void serve(HttpExchange exchange, Map<String, Page> pages) throws IOException {
        Page page = pages.get(exchange.getRequestURI().getPath());
        String method = exchange.getRequestMethod();
        Page.Answer answer;
        if (page == null) {
            answer = Page.Answer.text(404, "not found; there are " + String.join(" ", pages.keySet()) + "\n");
        } else if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            answer = Page.Answer.text(405, "only GET and HEAD\n");
        } else {
            answer = answer(page);
        }
        send(exchange, answer, method.equals("HEAD"));
    }

    private static Page.Answer answer(Page page) {
        try {
            return page.answer();
        } catch (RuntimeException | Error e) {
            // The JDK's server leaves the client waiting after an Error.
            LOG.error("a page failed", e);
            return Page.Answer.text(500, "this page failed; see the log\n");
        }
    }

    private static void send(HttpExchange exchange, Page.Answer answer, boolean headOnly) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", answer.contentType());
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            if (headOnly) {
                exchange.sendResponseHeaders(answer.status(), -1);
                return;
            }
            exchange.sendResponseHeaders(answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
            OutputStream body = exchange.getResponseBody();
            body.write(answer.body());
            body.close();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
