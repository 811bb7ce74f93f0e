package io.ringsight.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.daemon.Daemon;
import io.ringsight.app.http.RawHttp;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.time.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The console's files and the live pictures give nothing to those they should not, and the page runs no code but its own. */
@Timeout(300)
class ConsoleSecurityTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final String VIEWER = "0123456789abcdef-viewer";
    private static final String LOCAL = "Host: localhost\r\n";
    private static final String AS_VIEWER = LOCAL + "Authorization: Bearer " + VIEWER + "\r\n";

    @TempDir
    private Path dir;

    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        Path file = dir.resolve("pipeline.yaml");
        Files.writeString(
                file, """
                pipeline: {model: "%s", threshold: 0, stopTimeoutMs: 60000}
                sources: [{id: line1, uri: "synthetic:boxes?fps=20"}]
                sinks: [{jsonl: {path: "%s"}}]
                http: {port: 0, auth: {viewerToken: %s}}
                """.formatted(ROOT.resolve("conf/models/pcb-defect.yaml"), dir.resolve("out.jsonl"), VIEWER));
        daemon = Daemon.start(
                new ConfigReader(file, Map.of(), ROOT, path -> FakeBackend.SPEC).read(),
                Clock.system(),
                List.of(),
                (model, spec, metrics) -> Opened.of(new FakeBackend(1, 1)));
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    /** Status, request line, and whether it comes with the viewer's token (V) or without one (L), with more headers. */
    private static final String HOSTILE = """
            401 GET / | L
            401 GET /console/app.js | L
            401 GET / | L Authorization: Bearer wrong
            401 GET /api/v1/live?sources=line1 | L
            401 GET /api/v1/sources/line1/live | L
            401 GET /api/v1/sources/line1/snapshot | L
            401 GET /api/v1/sources/line1/snapshot?token=0123456789abcdef-viewer | L
            400 GET /console/../app.js/../../etc/passwd | V
            400 GET /console/%2e%2e%2fConsoleFiles.class | V
            400 GET /console/..%2f..%2flogback.xml | V
            404 GET /console/ConsoleFiles.class | V
            404 GET /console/index.html/ | V
            404 GET /console/APP.JS | V
            404 GET /console/uplot-licence.txt | V
            404 GET /console/ | V
            400 GET /console/app.js?x=1 | V
            400 GET /console/app.js%00.html | V
            404 GET /index.html | V
            404 GET /api/v1/live?sources=..,/etc/passwd | V
            404 GET /api/v1/live?sources= | V
            404 GET /api/v1/live?sources=line1,line1,LINE1 | V
            400 GET /api/v1/live?sources=line1&width=1e9 | V
            400 GET /api/v1/live?sources=line1&fps=0 | V
            400 GET /api/v1/live?sources=line1&fps=1000 | V
            400 GET /api/v1/sources/line1/snapshot?width=100000 | V
            404 GET /api/v1/sources/%3Cscript%3E/snapshot | V
            403 GET /api/v1/sources/line1/live | V Sec-Fetch-Site: cross-site
            403 GET /api/v1/sources/line1/snapshot | V Sec-Fetch-Site: same-site
            421 GET / | Host: evil.example
            421 GET /api/v1/live?sources=line1 | Host: evil.example
            405 POST / | V
            405 PUT /console/app.js | V
            405 DELETE /api/v1/sources/line1/snapshot | V
            """;

    @Test
    void hostileRequestsGetAProperStatusAndNothingElse() throws Exception {
        List<String> others = new ArrayList<>();
        for (String request : HOSTILE.lines().toList()) {
            String answer = RawHttp.send(daemon.port(), raw(request));
            if (RawHttp.status(answer) != Integer.parseInt(request.substring(0, 3))) {
                others.add(request + " gets " + answer.lines().findFirst().orElse("nothing"));
            }
            if (answer.contains(VIEWER) || answer.contains("<script") || answer.contains("image/jpeg")) {
                others.add(request + " says " + answer);
            }
        }
        assertThat(others).isEmpty();
    }

    private static String raw(String request) {
        String line = request.substring(4, request.indexOf(" | "));
        String headers = request.substring(request.indexOf(" | ") + 3)
                .replaceFirst("^V ?", AS_VIEWER)
                .replaceFirst("^L ?", LOCAL);
        String end = headers.endsWith("\r\n") ? "" : "\r\n";
        return line + " HTTP/1.1\r\n" + headers + end + "Connection: close\r\n\r\n";
    }

    @Test
    void thePageRunsItsOwnFilesAloneAndNamesNoOtherHost() throws Exception {
        String page = RawHttp.get(daemon.port(), "/", AS_VIEWER);

        assertThat(page)
                .startsWith("HTTP/1.1 200 ")
                .contains(
                        "Content-Security-Policy: default-src 'none'; script-src 'self';",
                        "frame-ancestors 'none'",
                        "X-Content-Type-Options: nosniff")
                .doesNotContain("unsafe", "onclick", "style=", "http://", "https://");
        List<String> scripts = List.of(page.split("<script"));
        assertThat(scripts.subList(1, scripts.size()))
                .as("each script is a file")
                .hasSize(2)
                .allMatch(script -> script.matches("(?s) [^>]*src=\"console/[a-z]+\\.js\"></script>.*"));
        List<String> files = page.lines()
                .flatMap(line ->
                        Pattern.compile("\"(console/[^\"]+)\"").matcher(line).results())
                .map(found -> found.group(1))
                .toList();
        assertThat(files).hasSizeGreaterThan(3);
        for (String file : files) {
            assertThat(RawHttp.get(daemon.port(), "/" + file, AS_VIEWER))
                    .as(file)
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    /** Text of others gets into the page as text: nothing that reads HTML is called. */
    @Test
    void noScriptOfThePageMakesHtmlOfText() throws Exception {
        for (String file :
                List.of("app", "camera", "charts", "daemon", "dom", "grid", "live", "picture", "system", "timeline")) {
            assertThat(RawHttp.get(daemon.port(), "/console/" + file + ".js", AS_VIEWER))
                    .as(file)
                    .startsWith("HTTP/1.1 200 ")
                    .doesNotContain(
                            "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "new Function");
        }
    }
}
