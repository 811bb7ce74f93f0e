package io.ringsight.sources;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A camera that speaks HTTP: {@code /mjpeg} gives its pictures as multipart at ten a second, {@code /snap.jpg} one at a
 * time, {@code /broken.jpg} half of one, everything else is a file of its folder. {@code /hangs} never answers, {@code
 * /busy} answers 503, {@code /loop} sends on to itself, {@code /secret/…} wants a login.
 */
final class HttpCamera implements AutoCloseable {
    private static final int FRAME_MS = 100;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "http-camera");
        thread.setDaemon(true);
        return thread;
    });
    private final Path folder;
    private final List<byte[]> pictures = new ArrayList<>();
    private final AtomicInteger served = new AtomicInteger();
    private volatile boolean frozen;
    private volatile boolean broken;

    HttpCamera(Path folder) throws IOException {
        this.folder = folder;
        Clips.encode(folder.resolve("p%03d.jpg"), 10, "320x240", "-q:v", "5");
        for (int i = 1; i <= 10; i++) {
            pictures.add(Files.readAllBytes(folder.resolve(String.format("p%03d.jpg", i))));
        }
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    String uri(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** Pictures sent so far. */
    int served() {
        return served.get();
    }

    /** Connections stay, nothing comes. */
    void freeze() {
        frozen = true;
    }

    /** Connections break and new ones are answered by 503, until {@link #mend}. */
    void breakDown() {
        broken = true;
    }

    void mend() {
        broken = false;
        frozen = false;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (path.startsWith("/secret/")) {
                String login = exchange.getRequestHeaders().getFirst("Authorization");
                String right = Base64.getEncoder().encodeToString("me:p@ss w:rd".getBytes(StandardCharsets.UTF_8));
                if (login == null || !login.equals("Basic " + right)) {
                    exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"cam\"");
                    exchange.sendResponseHeaders(401, -1);
                    return;
                }
                path = path.substring("/secret".length());
            }
            switch (path) {
                case "/mjpeg" -> multipart(exchange);
                case "/snap.jpg" -> send(exchange, "image/jpeg", next(), -1);
                case "/broken.jpg" ->
                    send(exchange, "image/jpeg", new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff}, -1);
                case "/hangs" -> pause(60_000);
                case "/busy" -> exchange.sendResponseHeaders(503, -1);
                case "/loop" -> {
                    exchange.getResponseHeaders().set("Location", "/loop");
                    exchange.sendResponseHeaders(302, -1);
                }
                default -> file(exchange, folder.resolve(path.substring(1)));
            }
        }
    }

    private byte[] next() {
        return pictures.get(served.getAndIncrement() % pictures.size());
    }

    private void multipart(HttpExchange exchange) throws IOException {
        if (broken) {
            exchange.sendResponseHeaders(503, -1);
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "multipart/x-mixed-replace; boundary=frame");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        while (!broken) {
            if (!frozen) {
                byte[] picture = next();
                String head = "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: " + picture.length + "\r\n\r\n";
                out.write(head.getBytes(StandardCharsets.US_ASCII));
                out.write(picture);
                out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
            pause(FRAME_MS);
        }
    }

    private void file(HttpExchange exchange, Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        byte[] bytes = Files.readAllBytes(file);
        boolean list = file.toString().endsWith(".m3u8");
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null || list ? -1 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-.*", "$1"));
        String type = list ? "application/vnd.apple.mpegurl" : "application/octet-stream";
        send(exchange, type, bytes, from);
    }

    /** @param range where the client wants it to begin; -1: all of it, not in parts */
    private void send(HttpExchange exchange, String type, byte[] bytes, int range) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        int from = Math.max(0, range);
        if (range >= 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
        }
        exchange.sendResponseHeaders(range >= 0 ? 206 : 200, bytes.length - from);
        exchange.getResponseBody().write(bytes, from, bytes.length - from);
    }

    private static void pause(long ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        breakDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
