package io.ringsight.app.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ringsight.app.config.ConfigException;
import io.ringsight.app.config.HttpConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages for operators on their port. A client can hold one of few threads for a few seconds and one of few
 * connections, and nothing else: frames never wait for a page. Closing twice is allowed.
 */
public final class HttpPages implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpPages.class);
    private static final int THREADS = 4;
    private static final int MOST_CONNECTIONS = 64;
    private static final int REQUEST_SECONDS = 3;
    private static final int RESPONSE_SECONDS = 10;

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
            server = HttpServer.create(address, MOST_CONNECTIONS);
        } catch (BindException e) {
            throw config.place().mistake(unavailable(config, e));
        } catch (IOException | SecurityException e) {
            throw config.place().mistake("expected a port to listen on, but " + e.getMessage());
        }
        ThreadPoolExecutor threads = threads();
        server.setExecutor(threads);
        server.createContext("/", exchange -> serve(exchange, pages));
        server.start();
        HttpPages opened = new HttpPages(server, threads);
        LOG.info("pages on {} {}", config.url(opened.port()), String.join(" ", pages.keySet()));
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
        System.setProperty("jdk.httpserver.maxConnections", Integer.toString(MOST_CONNECTIONS));
        System.setProperty("sun.net.httpserver.maxIdleConnections", Integer.toString(THREADS));
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static ThreadPoolExecutor threads() {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(2 * MOST_CONNECTIONS), task -> {
                    Thread thread = new Thread(task, "http-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static String unavailable(HttpConfig config, BindException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("in use")) {
            return "expected a free port, came " + config.port() + ", which another process uses on " + config.bind();
        }
        if (message.contains("ermission")) {
            return "expected a port this user may open, came " + config.port() + " (below 1024 needs more rights)";
        }
        return "expected an address of this machine, came " + config.bind() + " (" + message + ")";
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
        } catch (RuntimeException e) {
            LOG.warn("a page failed", e);
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
