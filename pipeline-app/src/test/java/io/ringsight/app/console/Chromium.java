package io.ringsight.app.console;

import io.ringsight.app.cli.JsonObject;
import io.ringsight.core.run.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A real Chromium without a window, driven by its DevTools protocol. One page. */
final class Chromium implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/bin/chromium");
    private static final long LIMIT_S = 60;

    private final Process process;
    private final WebSocket socket;
    private final Map<Integer, CompletableFuture<Map<?, ?>>> asked = new ConcurrentHashMap<>();
    /** What the page complained of: exceptions, errors in its console, what its policy forbade. */
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    private int asks;

    /** Starts it, or skips the test where it is not installed. */
    Chromium(Path folder) throws Exception {
        Assumptions.assumeTrue(Files.exists(PROGRAM), "needs chromium; run scripts/rig/setup.sh browser");
        Path profile = folder.resolve("chromium");
        process = new ProcessBuilder(
                        PROGRAM.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--hide-scrollbars",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Path said = profile.resolve("DevToolsActivePort");
        Await.until(() -> Files.exists(said) && read(said).contains("\n"));
        String port = read(said).lines().findFirst().orElseThrow();
        HttpClient client = HttpClient.newHttpClient();
        String pages = client.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        String page = ((List<?>) parse(pages))
                .stream()
                        .map(each -> (Map<?, ?>) each)
                        .filter(each -> "page".equals(each.get("type")))
                        .map(each -> (String) each.get("webSocketDebuggerUrl"))
                        .findFirst()
                        .orElseThrow();
        socket = client.newWebSocketBuilder()
                .buildAsync(URI.create(page), new Hearing())
                .get(LIMIT_S, TimeUnit.SECONDS);
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            ask(domain + ".enable", Map.of());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static Object parse(String json) {
        return new Load(LoadSettings.builder().build()).loadFromString(json);
    }

    private final class Hearing implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                hear((Map<?, ?>) parse(text.toString()));
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    private void hear(Map<?, ?> message) {
        if (message.get("id") instanceof Integer id) {
            asked.remove(id).complete(message);
        } else if ("Runtime.exceptionThrown".equals(message.get("method"))
                || "Log.entryAdded".equals(message.get("method"))
                        && message.toString().contains("level=error")) {
            complaints.add(message.get("params").toString());
        }
    }

    /** Asks the browser something; fails if it refuses. */
    Map<?, ?> ask(String method, Map<String, ?> parameters) throws Exception {
        CompletableFuture<Map<?, ?>> answer = new CompletableFuture<>();
        int id = ++asks;
        asked.put(id, answer);
        socket.sendText(JsonObject.of(Map.of("id", id, "method", method, "params", parameters)), true)
                .get(LIMIT_S, TimeUnit.SECONDS);
        Map<?, ?> heard = answer.get(LIMIT_S, TimeUnit.SECONDS);
        if (heard.containsKey("error")) {
            throw new AssertionError(method + ": " + heard.get("error"));
        }
        return (Map<?, ?>) heard.get("result");
    }

    /** Opens an address, as a screen of this size. */
    void open(String url, int width, int height) throws Exception {
        ask(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
        ask("Page.navigate", Map.of("url", url));
    }

    /** As somebody who prefers dark, or light, pages. */
    void prefers(String scheme) throws Exception {
        ask(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** The value of an expression; of a promise, when it is there. */
    Object value(String expression) throws Exception {
        Map<?, ?> answer =
                ask("Runtime.evaluate", Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
        if (answer.containsKey("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
        }
        return ((Map<?, ?>) answer.get("result")).get("value");
    }

    /** Waits until an expression is true; fails with what the page shows. */
    void await(String expression) throws Exception {
        try {
            Await.until(() -> isTrue(expression));
        } catch (AssertionError e) {
            throw new AssertionError(
                    "never " + expression + "; complaints " + complaints + "; page: "
                            + value("document.body ? document.body.innerText : ''"),
                    e);
        }
    }

    private boolean isTrue(String expression) {
        try {
            return Boolean.TRUE.equals(value("Boolean(" + expression + ")"));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Presses and releases a key, such as Tab or Enter. */
    void press(String key) throws Exception {
        Map<String, Integer> codes = Map.of("Tab", 9, "Enter", 13, "ArrowLeft", 37);
        String text = key.equals("Enter") ? "\r" : "";
        for (String type : new ArrayList<>(List.of("keyDown", "keyUp"))) {
            ask(
                    "Input.dispatchKeyEvent",
                    Map.of(
                            "type",
                            type,
                            "key",
                            key,
                            "code",
                            key,
                            "text",
                            type.equals("keyDown") ? text : "",
                            "windowsVirtualKeyCode",
                            codes.get(key)));
        }
    }

    /** Keeps a picture of what is to be seen. */
    void keepPicture(Path file) throws Exception {
        Map<?, ?> shot = ask("Page.captureScreenshot", Map.of("format", "png"));
        Files.write(file, Base64.getDecoder().decode((String) shot.get("data")));
    }

    List<String> complaints() {
        return complaints;
    }

    @Override
    public void close() {
        socket.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
