package io.ringsight.app.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.ringsight.app.cli.JsonObject;
import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.config.edit.ConfigFile;
import io.ringsight.app.daemon.Daemon;
import io.ringsight.app.http.RawHttp;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The API of a running daemon is what {@code openapi.yaml} says, and gives nothing to those it should not. */
@Timeout(300)
class RestApiTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final String SECRET = "Zq7xKv93";
    private static final String VIEWER = "viewer-" + SECRET + "-0123";
    private static final String OPERATOR = "operator-" + SECRET + "-0123";
    private static final String LOCAL = "Host: localhost\r\n";
    private static final String AS_VIEWER = LOCAL + "Authorization: Bearer " + VIEWER + "\r\n";
    private static final String AS_OPERATOR = LOCAL + "Authorization: Bearer " + OPERATOR + "\r\n";

    @TempDir
    private Path dir;

    private Path file;
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        file = dir.resolve("pipeline.yaml");
        write("");
        ConfigFile kept = new ConfigFile(file, this::reader);
        daemon = Daemon.start(
                kept.read(), Clock.system(), List.of(), (model, spec, metrics) -> Opened.of(new FakeBackend(1, 1)));
        daemon.changes().of(kept);
    }

    private ConfigReader reader() {
        return new ConfigReader(file, Map.of(), ROOT, path -> FakeBackend.SPEC);
    }

    private void write(String moreSources) throws Exception {
        Files.writeString(file, """
                pipeline: {model: "%s", threshold: 0, stopTimeoutMs: 60000}
                sources:
                  - {id: line1, name: "<script>alert(1)</script>", uri: "synthetic:boxes?fps=20"}
                  - {id: gate, uri: "rtsp://127.0.0.1:1/stream", username: me, password: %s}
                %s
                sinks: [{jsonl: {path: "%s"}}]
                http: {port: 0, auth: {viewerToken: %s, operatorToken: %s}}
                """.formatted(
                        ROOT.resolve("conf/models/pcb-defect.yaml"),
                        SECRET,
                        moreSources,
                        dir.resolve("out.jsonl"),
                        VIEWER,
                        OPERATOR));
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private String get(String path) throws Exception {
        String answer = RawHttp.get(daemon.port(), path, AS_VIEWER);
        assertThat(answer).doesNotContain(SECRET);
        return answer;
    }

    private String json(String path) throws Exception {
        String answer = get(path);
        assertThat(answer).startsWith("HTTP/1.1 200 OK").contains("Content-Type: application/json");
        return body(answer);
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private static Map<?, ?> parsed(String json) {
        return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(json);
    }

    private void awaitFramesAndAGap() {
        Await.until(() -> daemon.status().total(Counter.DETECTIONS) > 3
                && daemon.status().sources().get(1).state().equals("refused"));
    }

    private static Map<?, ?> description() throws Exception {
        return parsed(Files.readString(ROOT.resolve("conf/schema/openapi.yaml")));
    }

    @Test
    void theDescriptionNamesEveryPathAndMethodAndNoOther() throws Exception {
        Set<String> described = new TreeSet<>();
        ((Map<?, ?>) description().get("paths"))
                .forEach((path, item) -> ((Map<?, ?>) item)
                        .keySet().stream()
                                .filter(key -> !key.equals("parameters"))
                                .forEach(method -> described.add(path.toString())));
        String served = body(RawHttp.get(daemon.port(), "/nothing", LOCAL)).replace("not found; there are ", "");

        assertThat(Set.of(served.strip().split(" "))).isEqualTo(described);
        for (Map.Entry<?, ?> path : ((Map<?, ?>) description().get("paths")).entrySet()) {
            Set<?> methods = ((Map<?, ?>) path.getValue()).keySet();
            String at = path.getKey()
                    .toString()
                    .replace("{id}", "line1")
                    .replace("{file}", "app.js")
                    .replaceAll("[{}]", "");
            for (String method : List.of("GET", "POST", "PATCH", "DELETE", "PUT")) {
                // a viewer's: it changes nothing
                String asked = method + " " + at + " HTTP/1.1\r\n" + AS_VIEWER + "Connection: close\r\n\r\n";
                boolean isStream = at.endsWith("/live") || at.endsWith("/events") || at.endsWith("/snapshot");
                if (!methods.contains(method.toLowerCase(Locale.ROOT))) {
                    assertThat(RawHttp.status(RawHttp.send(daemon.port(), asked)))
                            .as(asked)
                            .isEqualTo(405);
                } else if (!method.equals("GET") || !isStream) {
                    assertThat(RawHttp.status(RawHttp.send(daemon.port(), asked)))
                            .as(asked)
                            .isNotEqualTo(405);
                }
            }
        }
    }

    @Test
    void everyAnswerIsAsDescribed() throws Exception {
        awaitFramesAndAGap();
        Map<?, ?> description = description();
        for (Map.Entry<?, ?> path : ((Map<?, ?>) description.get("paths")).entrySet()) {
            Map<?, ?> get = (Map<?, ?>) ((Map<?, ?>) path.getValue()).get("get");
            // EvidenceApiTest asks for evidence that is there
            boolean isOfEvidence = path.getKey().toString().contains("{epoch}");
            Object reference = get == null || isOfEvidence ? null : schemaOf(get);
            if (reference != null) {
                Map<String, Object> schema = new LinkedHashMap<>();
                schema.put("$ref", reference);
                schema.put("components", description.get("components"));
                String answer =
                        json(path.getKey().toString().replace("{id}", "line1").replace("{file}", "app.js"));
                assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                                .getSchema(JsonObject.of(schema))
                                .validate(answer, InputFormat.JSON))
                        .as("%s: %s", path.getKey(), answer)
                        .isEmpty();
            }
        }
    }

    private static Object schemaOf(Map<?, ?> operation) {
        Map<?, ?> ok = (Map<?, ?>) ((Map<?, ?>) operation.get("responses")).get("200");
        Map<?, ?> content = ok == null ? null : (Map<?, ?>) ok.get("content");
        Map<?, ?> json = content == null ? null : (Map<?, ?>) content.get("application/json");
        return json == null ? null : ((Map<?, ?>) json.get("schema")).get("$ref");
    }

    @Test
    void sourcesSayTheirStateInWordsAndWhatToDo() throws Exception {
        awaitFramesAndAGap();

        List<?> sources = (List<?>) parsed(json("/api/v1/sources")).get("sources");

        Map<?, ?> line1 = (Map<?, ?>) sources.get(0);
        assertThat(line1.get("id")).isEqualTo("line1");
        assertThat(line1.get("name")).isEqualTo("<script>alert(1)</script>");
        assertThat(line1.get("state")).isEqualTo("live");
        assertThat((Integer) line1.get("framesPublished")).isPositive();
        Map<?, ?> gate = (Map<?, ?>) sources.get(1);
        assertThat(gate.get("state")).isEqualTo("refused");
        assertThat(gate.get("meaning")).isEqualTo("nobody listens there");
        assertThat(gate.get("advice").toString()).contains("is the port right", "ringsight probe");
        assertThat(gate.get("lastFrameAgeSeconds")).isNull();
        assertThat(get("/api/v1/sources/none")).contains(" 404 ", "there is no such source");
    }

    @Test
    void recentMessagesAreThoseTheSinksGot() throws Exception {
        awaitFramesAndAGap();

        String detections = json("/api/v1/messages?source=line1&type=detections&limit=3");
        String gaps = json("/api/v1/messages?type=gaps");

        List<?> frames = (List<?>) parsed(detections).get("messages");
        assertThat(frames).hasSize(3);
        String lines = Files.readString(dir.resolve("out.jsonl"));
        for (Object frame : frames) {
            assertThat(lines).contains("\"messageId\":\"" + ((Map<?, ?>) frame).get("messageId") + "\"");
            assertThat((List<?>) ((Map<?, ?>) frame).get("objects")).isNotEmpty();
        }
        assertThat(gaps)
                .contains("\"sourceId\":\"gate\"", "\"reason\":\"refused\"")
                .doesNotContain("\"type\":\"frame\"");
    }

    @Test
    void eventsAreTheMessagesAsTheyGo() throws Exception {
        try (Socket client = RawHttp.connect(daemon.port())) {
            client.getOutputStream()
                    .write(("GET /api/v1/events?source=line1 HTTP/1.1\r\n" + AS_VIEWER + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            StringBuilder heard = new StringBuilder();
            while (heard.toString().split("event: frame\ndata: \\{", -1).length < 4) {
                int next = client.getInputStream().read();
                assertThat(next).as(heard.toString()).isNotNegative();
                heard.append((char) next);
            }
            assertThat(heard).contains("Content-Type: text/event-stream").doesNotContain("\"sourceId\":\"gate\"");
        }
        assertThat(get("/api/v1/events?source=none")).contains(" 404 ");
    }

    @Test
    void whatTheOperatorReloadsTakesEffectAndWhatIsWrongDoesNot() throws Exception {
        write("  - {id: more, uri: \"synthetic:boxes?fps=5\"}");
        assertThat(post(AS_VIEWER)).contains(" 403 ");
        assertThat(daemon.status().sources()).hasSize(2);

        assertThat(body(post(AS_OPERATOR))).isEqualTo("{\"applied\":true,\"errors\":[]}\n");
        assertThat(json("/api/v1/configuration")).contains("\"id\":\"more\"", "\"uri\":\"rtsp://");

        write("  - {id: more, uri: \"nonsense\"}");
        assertThat(post(AS_OPERATOR))
                .startsWith("HTTP/1.1 409 ")
                .contains("\"applied\":false", "sources[2].uri: expected");
        assertThat(daemon.status().sources()).hasSize(3);
    }

    private String post(String headers) throws Exception {
        return RawHttp.send(
                daemon.port(),
                "POST /api/v1/reload HTTP/1.1\r\n" + headers + "Content-Length: 0\r\nConnection: close\r\n\r\n");
    }

    /** Each with the status it must get; V and O stand for the tokens' headers, L for the host's. */
    private static final String HOSTILE = """
            400 GET /../../etc/passwd | V
            404 GET /api/v1/../../etc/passwd | V
            400 GET /%2e%2e/%2e%2e/etc/passwd | V
            400 GET /api/v1/sources/%2e%2e%2f%2e%2e%2fetc%2fpasswd | V
            400 GET /api/v1/sources/..%2f..%2fetc | V
            400 GET /api/v1/sources/%00 | V
            400 GET /api/v1/sources/line1%00.html | V
            400 GET /api/v1//sources | V
            400 GET /api/v1/sources/..;/status | V
            400 GET /api/v1/sources/<script>alert(1)</script> | V
            404 GET /api/v1/sources/%3Cscript%3E | V
            404 GET /api/v1/sources/LINE1 | V
            404 GET /api/v1/sources/line1/ | V
            404 GET /api/v1/sources/line1/history/x | V
            404 GET /api/v1 | V
            404 GET /API/V1/STATUS | V
            404 GET /conf/pipeline.yaml | V
            404 GET /.git/config | V
            404 GET /index.jsp | V
            400 GET /api/v1/sources/line1?x=1 | V
            400 GET /api/v1/messages?limit=0 | V
            400 GET /api/v1/messages?limit=-1 | V
            400 GET /api/v1/messages?limit=99999999999999999999 | V
            400 GET /api/v1/messages?limit=1e3 | V
            400 GET /api/v1/messages?limit=5&limit=6 | V
            400 GET /api/v1/messages?type=<script> | V
            400 GET /api/v1/messages?type=frames%0d%0aX-Injected:1 | V
            400 GET /api/v1/messages?nonsense=1 | V
            404 GET /api/v1/messages?source=../../etc/passwd | V
            400 GET /api/v1/events?limit=1 | V
            404 GET /api/v1/events?source=%27%20OR%201=1 | V
            401 GET /api/v1/status | L
            401 GET /api/v1/sources | L Authorization: Bearer wrong
            401 GET /api/v1/sources | L Authorization: Bearer
            401 GET /api/v1/configuration | L Authorization: Basic OjE6
            401 GET /api/v1/configuration | L Cookie: token=admin
            401 GET /api/v1/configuration | L X-Forwarded-For: 127.0.0.1
            401 GET /api/v1/configuration | L X-Original-URL: /live
            401 GET /api/v1/messages?token=admin | L
            401 GET /api/v1/events | L
            401 GET /metrics | L
            401 POST /api/v1/reload | L
            403 POST /api/v1/reload | V
            403 POST /api/v1/reload | O Origin: https://evil.example
            403 POST /api/v1/reload | O Origin: null
            403 POST /api/v1/reload | O Origin: http://localhost.evil.example
            403 POST /api/v1/reload | O Sec-Fetch-Site: cross-site
            403 POST /api/v1/reload | O Sec-Fetch-Site: same-site
            403 GET /api/v1/sources | V Sec-Fetch-Site: cross-site
            421 GET /api/v1/status | Host: evil.example
            421 GET /live | Host: evil.example:8080
            421 POST /api/v1/reload | Host: 169.254.169.254
            400 GET /live | X: y
            400 GET /live | L Host: evil.example
            405 PUT /api/v1/sources | O
            401 DELETE /api/v1/sources/line1 | L
            403 DELETE /api/v1/sources/line1 | V
            403 DELETE /api/v1/sources/line1 | O Origin: https://evil.example
            403 PATCH /api/v1/sources/line1 | O Sec-Fetch-Site: cross-site
            404 DELETE /api/v1/sources/../../etc | O
            404 DELETE /api/v1/sources/none | O
            400 DELETE /api/v1/sources/line1?save=maybe | O
            400 DELETE /api/v1/sources/line1?force=true | O
            403 POST /api/v1/sources | V
            403 POST /api/v1/sources/line1/pause | O Origin: null
            400 POST /api/v1/sources | O
            413 POST /api/v1/sources | O Content-Length: 65537
            403 POST /api/v1/probe | V
            405 OPTIONS /api/v1/reload | O
            405 TRACE /api/v1/status | O
            405 GET /api/v1/reload | O
            405 PATCH /live | L
            400 G\u0001T /live | L
            400 GET /live HTTP/9.9 X | L
            400 POST /api/v1/reload | O Content-Length: -1
            400 POST /api/v1/reload | O Content-Length: 1, Content-Length: 2
            400 POST /api/v1/reload | O Transfer-Encoding: chunked, Content-Length: 3
            """;

    private static final List<String> LEAKS =
            List.of(SECRET, "<script>", "\nX-Injected", "Exception", "root:", "jetty", "\tat ", "\"injected\"");
    private static final List<String> HEADERS =
            List.of("X-Content-Type-Options: nosniff", "Content-Security-Policy: default-src 'none'");

    @Test
    void hostileRequestsGetAProperStatusAndDoNothing() throws Exception {
        awaitFramesAndAGap();
        write("  - {id: injected, uri: \"synthetic:boxes?fps=5\"}");
        List<String> requests = HOSTILE.lines().toList();
        assertThat(requests).hasSizeGreaterThanOrEqualTo(60);
        List<String> others = new ArrayList<>();
        for (String request : requests) {
            String answer = RawHttp.send(daemon.port(), raw(request));
            if (RawHttp.status(answer) != Integer.parseInt(request.substring(0, 3))) {
                others.add(request + " gets " + answer.lines().findFirst().orElse("nothing"));
            }
            if (LEAKS.stream().anyMatch(answer::contains) || !HEADERS.stream().allMatch(answer::contains)) {
                others.add(request + " says " + answer);
            }
        }
        assertThat(others).isEmpty();
        assertThat(daemon.status().sources()).as("nothing was reloaded").hasSize(2);
        assertThat(RawHttp.get(daemon.port(), "/live", LOCAL)).endsWith("live\n");
    }

    private static String raw(String request) {
        String line = request.substring(4, request.indexOf(" | "));
        String headers = request.substring(request.indexOf(" | ") + 3)
                .replaceFirst("^V ?", AS_VIEWER)
                .replaceFirst("^O ?", AS_OPERATOR)
                .replaceFirst("^L ?", LOCAL)
                .replace(", ", "\r\n");
        String end = headers.endsWith("\r\n") ? "" : "\r\n";
        return line + " HTTP/1.1\r\n" + headers + end + "Connection: close\r\n\r\n";
    }
}
