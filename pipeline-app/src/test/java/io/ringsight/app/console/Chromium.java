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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A real Chromium without a window, driven by its DevTools protocol. One page. */
public final class Chromium implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/bin/chromium");
    private static final long LIMIT_S = 240;

    private final Process process;
    private final WebSocket socket;
    /** One text after the other. */
    private CompletableFuture<WebSocket> sending;

    private final Map<Integer, CompletableFuture<Map<?, ?>>> asked = new ConcurrentHashMap<>();
    /** What the page complained of: exceptions, errors in its console, what its policy forbade. */
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    private final AtomicInteger asks = new AtomicInteger();
    /** Requests for which the login was given: somebody whose password is wrong gives up. */
    private final Set<Object> signedIn = ConcurrentHashMap.newKeySet();

    private volatile Map<String, String> login = Map.of();

    /** Starts it, or skips the test where it is not installed. */
    public Chromium(Path folder) throws Exception {
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
        sending = CompletableFuture.completedFuture(socket);
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
            CompletableFuture<Map<?, ?>> waiting = asked.remove(id);
            if (waiting != null) {
                waiting.complete(message);
            }
        } else if (message.get("method").toString().startsWith("Fetch.")) {
            answer(message.get("method").toString(), (Map<?, ?>) message.get("params"));
        } else if ("Runtime.exceptionThrown".equals(message.get("method"))
                || "Log.entryAdded".equals(message.get("method"))
                        && message.toString().contains("level=error")) {
            complaints.add(message.get("params").toString());
        }
    }

    /** Asks the browser something; fails if it refuses. */
    Map<?, ?> ask(String method, Map<String, ?> parameters) throws Exception {
        CompletableFuture<Map<?, ?>> answer = new CompletableFuture<>();
        int id = asks.incrementAndGet();
        asked.put(id, answer);
        send(id, method, parameters);
        Map<?, ?> heard = answer.get(LIMIT_S, TimeUnit.SECONDS);
        if (heard.containsKey("error")) {
            throw new AssertionError(method + ": " + heard.get("error"));
        }
        return (Map<?, ?>) heard.get("result");
    }

    private synchronized void send(int id, String method, Map<String, ?> parameters) {
        String text = JsonObject.of(Map.of("id", id, "method", method, "params", parameters));
        sending = sending.thenCompose(sent -> sent.sendText(text, true));
    }

    /** What the browser asks us; it waits for the answer, and this thread for none. */
    private void answer(String method, Map<?, ?> event) {
        Object request = event.get("requestId");
        if (method.equals("Fetch.authRequired")) {
            Map<String, String> said = signedIn.add(request) ? login : Map.of("response", "CancelAuth");
            send(
                    asks.incrementAndGet(),
                    "Fetch.continueWithAuth",
                    Map.of("requestId", request, "authChallengeResponse", said));
        } else if (method.equals("Fetch.requestPaused")) {
            send(asks.incrementAndGet(), "Fetch.continueRequest", Map.of("requestId", request));
        }
    }

    /** Opens an address, as a screen of this size. */
    public void open(String url, int width, int height) throws Exception {
        ask(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
        ask("Page.navigate", Map.of("url", url));
    }

    /** Gives these when the server asks who is there, as its dialogue would. */
    void signsIn(String user, String password) throws Exception {
        login = Map.of("response", "ProvideCredentials", "username", user, "password", password);
        ask("Fetch.enable", Map.of("handleAuthRequests", true));
    }

    /** As somebody who prefers dark, or light, pages. */
    public void prefers(String scheme) throws Exception {
        ask(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** The value of an expression; of a promise, when it is there. */
    public Object value(String expression) throws Exception {
        Map<?, ?> answer =
                ask("Runtime.evaluate", Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
        if (answer.containsKey("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
        }
        return ((Map<?, ?>) answer.get("result")).get("value");
    }

    /** Waits until an expression is true; fails with what the page shows. */
    public void await(String expression) throws Exception {
        await(expression, Duration.ofSeconds(100));
    }

    /** As above, for what may take longer. */
    public void await(String expression, Duration limit) throws Exception {
        try {
            Await.until(expression, limit, () -> isTrue(expression));
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
    public void press(String key) throws Exception {
        Map<String, Integer> codes = Map.of("Tab", 9, "Enter", 13, "ArrowLeft", 37, "ArrowRight", 39, "Delete", 46);
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

    /** Clicks what a selector finds, as soon as it is there and may be clicked. */
    public void click(String selector) throws Exception {
        String found = "document.querySelector(" + JsonObject.of(Map.of("s", selector)) + ".s)";
        await(found + "?.checkVisibility() && !" + found + ".disabled");
        value(found + ".scrollIntoView({block: 'center'})");
        double[] at = middle(found);
        mouse("mousePressed", at);
        mouse("mouseReleased", at);
    }

    /** Types into the field that a selector finds, in place of what is there. */
    public void type(String selector, String text) throws Exception {
        click(selector);
        value("document.activeElement.select()");
        ask("Input.insertText", Map.of("text", text));
        value("document.activeElement.dispatchEvent(new Event('change', {bubbles: true}))");
    }

    /** Drags the middle of what a selector finds by so many pixels. */
    public void drag(String selector, double right, double down) throws Exception {
        double[] at = middle("document.querySelector(" + JsonObject.of(Map.of("s", selector)) + ".s)");
        mouse("mousePressed", at);
        for (int step = 1; step <= 4; step++) {
            mouse("mouseMoved", at[0] + right * step / 4, at[1] + down * step / 4);
        }
        mouse("mouseReleased", at[0] + right, at[1] + down);
    }

    private double[] middle(String element) throws Exception {
        List<?> at = (List<?>) value("(() => { const box = " + element
                + ".getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2]; })()");
        return at.stream().mapToDouble(each -> ((Number) each).doubleValue()).toArray();
    }

    private void mouse(String type, double... at) throws Exception {
        ask(
                "Input.dispatchMouseEvent",
                Map.of("type", type, "x", at[0], "y", at[1], "button", "left", "buttons", 1, "clickCount", 1));
    }

    /** Keeps a picture of what is to be seen. */
    public void keepPicture(Path file) throws Exception {
        Map<?, ?> shot = ask("Page.captureScreenshot", Map.of("format", "png"));
        Files.write(file, Base64.getDecoder().decode((String) shot.get("data")));
    }

    /** As said above. */
    public List<String> complaints() {
        return complaints;
    }

    @Override
    public void close() {
        socket.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
