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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Sources of a running daemon change by the API; the others, and the rest of the file, do not. */
@Timeout(240)
class SourcesApiTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final String OPERATOR = "operator-0123456789";
    private static final String HEADERS = "Host: localhost\r\nAuthorization: Bearer " + OPERATOR + "\r\n";
    private static final String NEW = "{\"id\": \"belt\", \"uri\": \"synthetic:boxes?fps=10\", \"name\": \"Belt 2\"}";

    @TempDir
    private Path dir;

    private Path file;
    private String text;
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        start("""
                sources:
                  # At the gate.
                  - id: gate
                    uri: "synthetic:boxes?fps=20"   # its main stream
                """);
    }

    private void start(String sources) throws Exception {
        start("pipeline.yaml", sources);
    }

    private void start(String name, String sources) throws Exception {
        file = dir.resolve(name);
        text = """
                # Hall 3.
                pipeline: {model: "%s", threshold: 0, stopTimeoutMs: 2000}
                %s
                # Where results go.
                sinks: [{jsonl: {path: "%s"}}]
                http: {port: 0, auth: {operatorToken: %s}}
                """.formatted(ROOT.resolve("conf/models/pcb-defect.yaml"), sources, dir.resolve("out.jsonl"), OPERATOR);
        Files.writeString(file, text);
        ConfigFile kept = new ConfigFile(file, () -> new ConfigReader(file, Map.of(), ROOT, path -> FakeBackend.SPEC));
        daemon = Daemon.start(
                kept.read(), Clock.system(), List.of(), (model, spec, metrics) -> Opened.of(new FakeBackend(1, 1)));
        daemon.changes().of(kept);
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private String send(String method, String path, String body) throws Exception {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        return RawHttp.send(
                daemon.port(),
                method + " " + path + " HTTP/1.1\r\n" + HEADERS
                        + (length == 0 ? "" : "Content-Type: application/json\r\n") + "Content-Length: " + length
                        + "\r\nConnection: close\r\n\r\n" + body);
    }

    private static String body(String answer) {
        String bytes = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** The answer's body, which is as the description says. */
    private Map<?, ?> described(String answer, int status, String schema) throws Exception {
        assertThat(RawHttp.status(answer)).as(answer).isEqualTo(status);
        Map<String, Object> reference = new LinkedHashMap<>();
        reference.put("$ref", "#/components/schemas/" + schema);
        reference.put(
                "components",
                parsed(Files.readString(ROOT.resolve("conf/schema/openapi.yaml")))
                        .get("components"));
        assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(JsonObject.of(reference))
                        .validate(body(answer), InputFormat.JSON))
                .as(answer)
                .isEmpty();
        return parsed(body(answer));
    }

    private static Map<?, ?> parsed(String json) {
        return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(json);
    }

    private Map<Object, Object> changed(String answer, int status) throws Exception {
        return new LinkedHashMap<>(described(answer, status, "Change"));
    }

    private boolean isPublished(String words) {
        try {
            return Files.readString(dir.resolve("out.jsonl")).contains(words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String state(String id) {
        return String.valueOf(daemon.status().stateOf(id));
    }

    /** Who may change a source must not learn its password by having it sent to a machine of theirs. */
    @Test
    void aPasswordDoesNotGoToAnotherAddress() throws Exception {
        daemon.close();
        start("sources: [{id: gate, uri: 'rtsp://127.0.0.1:1/a', username: ann, password: of-the-gate}]");

        String refused = send("PATCH", "/api/v1/sources/gate", "{\"uri\": \"rtsp://127.0.0.1:2/b\"}");
        assertThat(RawHttp.status(refused)).as(refused).isEqualTo(400);
        assertThat(body(refused)).contains("uri: expected password beside it").doesNotContain("of-the-gate");

        String taken = send(
                "PATCH", "/api/v1/sources/gate", "{\"uri\": \"rtsp://127.0.0.1:2/b\", \"password\": \"of-the-other\"}");
        assertThat(RawHttp.status(taken)).as(taken).isEqualTo(200);
    }

    @Test
    void aSourceComesAndGoesAndTheOtherDoesNotNotice() throws Exception {
        Await.until(() -> state("gate").equals("live"));
        var before = daemon.status().source("gate").orElseThrow();
        long frames = before.value(Counter.FRAMES_PUBLISHED);

        assertThat(changed(send("POST", "/api/v1/sources", NEW), 201).toString())
                .isEqualTo("{id=belt, applied=true, saved=false, errors=[]}");
        Await.until(() -> state("belt").equals("live"));
        assertThat(Files.readString(file)).isEqualTo(text);
        assertThat(body(RawHttp.get(daemon.port(), "/api/v1/sources/belt", HEADERS)))
                .contains("\"name\":\"Belt 2\"");

        assertThat(changed(send("DELETE", "/api/v1/sources/belt", ""), 200)).containsEntry("applied", true);
        assertThat(RawHttp.get(daemon.port(), "/api/v1/sources/belt", HEADERS)).contains(" 404 ");
        assertThat(daemon.status().source("gate")).as("it was not opened again").containsSame(before);
        assertThat(Files.readAllLines(dir.resolve("out.jsonl")))
                .noneMatch(line -> line.contains("\"sourceId\":\"gate\"") && line.contains("\"reason\":\"stopped\""));
        Await.until(() -> before.value(Counter.FRAMES_PUBLISHED) > frames + 5);
    }

    @Test
    void whatIsSavedIsInTheFileAndEverythingElseIsAsItWas() throws Exception {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        assertThat(changed(send("POST", "/api/v1/sources?save=true", NEW), 201)).containsEntry("saved", true);
        assertThat(changed(send("PATCH", "/api/v1/sources/gate?save=true", "{\"maxFps\": 7.5}"), 200))
                .containsEntry("saved", true);

        assertThat(Files.readString(file))
                .isEqualTo(
                        text.replace(
                                "   # its main stream\n",
                                "   # its main stream\n    maxFps: 7.5\n  - id: belt\n    uri: \"synthetic:boxes?fps=10\"\n    name: Belt 2\n"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        assertThat(dir.toFile().list()).as("nothing is left beside it").noneMatch(name -> name.endsWith(".tmp"));
        assertThat(daemon.changes().reload()).as("it is read as it runs").isEmpty();
        assertThat(daemon.status().sourceIds()).containsExactly("gate", "belt");
    }

    @Test
    void whatIsWrongIsSaidInTheReadersWordsAndChangesNothing() throws Exception {
        String wrong = "{\"id\": \"belt\", \"uri\": \"nonsense\", \"maxFps\": -1, \"maxFsp\": 2}";

        List<?> errors = (List<?>)
                changed(send("POST", "/api/v1/sources?save=true", wrong), 422).get("errors");

        assertThat(errors.toString())
                .contains("maxFps: expected a number from 0 to 1000, got \"-1\"", "did you mean maxFps?")
                .doesNotContain("sources[");
        assertThat(errors.get(0).toString()).matches("(uri|maxFps): expected .*");
        assertThat(changed(
                                send(
                                        "PATCH",
                                        "/api/v1/sources/gate",
                                        "{\"lines\": [{\"name\": \"a\", \"from\": \"0,0\", \"to\": \"1,1\"}]}"),
                                422)
                        .toString())
                .contains("only objects that are followed cross lines");
        assertThat(daemon.status().sourceIds()).containsExactly("gate");
        assertThat(daemon.status().reloadsRefused())
                .as("a slip of the pen is no alert")
                .isZero();
        assertThat(Files.readString(file)).isEqualTo(text);
    }

    @Test
    void whatCannotBeDoneGetsAProperStatus() throws Exception {
        String json = "Content-Type: application/json\r\n";
        assertThat(send("POST", "/api/v1/sources", NEW.replace("belt", "gate")))
                .contains(" 409 ", "there is a source gate already");
        assertThat(send("POST", "/api/v1/sources", "[1]")).contains(" 400 ", "expected a JSON object");
        assertThat(send("POST", "/api/v1/sources", "{\"id\": \"a\", \"id\": \"b\"}"))
                .contains(" 400 ", "expected JSON");
        assertThat(send("POST", "/api/v1/sources", "{\"a\":".repeat(1000))).contains(" 400 ");
        assertThat(send("POST", "/api/v1/sources", "{\"maxFps\": 1e99999999999}"))
                .contains(" 400 ", "expected JSON");
        assertThat(send("POST", "/api/v1/sources", "{\"uri\": \"synthetic:pcb\"}"))
                .contains(" 400 ", "id: expected");
        assertThat(send("POST", "/api/v1/sources", NEW.replace("\"name\"", "\"caFile\"")))
                .contains(" 400 ", "in the configuration's file only");
        assertThat(send("PATCH", "/api/v1/sources/gate", "{\"id\": \"b\"}")).contains(" 400 ", "id: expected");
        assertThat(send("PATCH", "/api/v1/sources/none", "{}")).contains(" 404 ");
        assertThat(send("POST", "/api/v1/sources/gate/pause", "{}")).contains(" 400 ", "expected no body");
        assertThat(RawHttp.send(
                        daemon.port(),
                        "POST /api/v1/sources HTTP/1.1\r\n" + HEADERS + "Content-Length: " + NEW.length()
                                + "\r\nConnection: close\r\n\r\n" + NEW))
                .contains(" 415 ");
        String large = "{\"id\":\"" + "a".repeat(70_000) + "\"}";
        assertThat(RawHttp.send(
                        daemon.port(),
                        "POST /api/v1/sources HTTP/1.1\r\n" + HEADERS + json
                                + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                                + Integer.toHexString(large.length()) + "\r\n" + large + "\r\n0\r\n\r\n"))
                .contains(" 413 ");
        assertThat(daemon.status().sourceIds()).containsExactly("gate");
        assertThat(daemon.status().reloadsRefused()).isZero();
        Files.writeString(file, text + "# by hand\n");
        assertThat(send("DELETE", "/api/v1/sources/gate?save=true", ""))
                .contains(" 409 ", "was changed and not reloaded");
        assertThat(daemon.changes().reload()).isEmpty();
        assertThat(send("POST", "/api/v1/sources?save=true", NEW)).contains(" 201 ");
        assertThat(Files.readString(file)).endsWith("# by hand\n");
    }

    @Test
    void aPausedSourceStaysInTheListAndGoesOnWithItsNumbers() throws Exception {
        Await.until(() -> state("gate").equals("live"));

        assertThat(changed(send("POST", "/api/v1/sources/gate/pause?save=true", ""), 200))
                .containsEntry("applied", true);

        assertThat(state("gate")).isEqualTo("paused");
        assertThat(Files.readString(file)).contains("    paused: true\n");
        Map<?, ?> paused = described(RawHttp.get(daemon.port(), "/api/v1/sources/gate", HEADERS), 200, "Source");
        assertThat(paused.get("advice").toString()).contains("resume");
        assertThat(RawHttp.get(daemon.port(), "/api/v1/sources/gate/snapshot", HEADERS))
                .contains(" 503 ", "is paused");
        assertThat(body(RawHttp.get(daemon.port(), "/ready", HEADERS))).contains("source gate is paused");
        Await.until(() -> isPublished("\"reason\":\"stopped\""));

        changed(send("POST", "/api/v1/sources/gate/resume?save=true", ""), 200);
        Await.until(() -> state("gate").equals("live"));
        assertThat(Files.readString(file)).isEqualTo(text);
    }

    @Test
    void theLastSourceMayGoAndTheDaemonWaitsForAnother() throws Exception {
        changed(send("DELETE", "/api/v1/sources/gate?save=true", ""), 200);
        assertThat(Files.readString(file)).contains("sources: []\n  # At the gate.\n");
        daemon.close();
        start("sources: []");

        assertThat(body(RawHttp.get(daemon.port(), "/ready", HEADERS))).contains("there is no source yet");
        changed(send("POST", "/api/v1/sources?save=true", NEW), 201);
        Await.until(() -> state("belt").equals("live"));
        changed(send("DELETE", "/api/v1/sources/belt", ""), 200);
        assertThat(RawHttp.get(daemon.port(), "/live", HEADERS)).endsWith("live\n");
    }

    @Test
    void aSourceIsTriedWithoutBeingAdded() throws Exception {
        Map<?, ?> good = described(send("POST", "/api/v1/probe", NEW), 200, "Probe");
        assertThat(good.get("ok")).isEqualTo(true);
        byte[] picture = Base64.getDecoder().decode((String) good.get("picture"));
        assertThat(picture[0] & 0xff).as("JPEG").isEqualTo(0xff);

        Map<?, ?> bad = described(
                send(
                        "POST",
                        "/api/v1/probe",
                        "{\"id\": \"a\", \"uri\": \"rtsp://127.0.0.1:1/x\", \"password\": \"geheim\", \"username\": \"u\"}"),
                200,
                "Probe");
        assertThat(bad.get("ok")).isEqualTo(false);
        assertThat(bad.get("advice").toString()).contains("is the port right");
        assertThat(bad.toString()).doesNotContain("geheim");
        assertThat(changed(send("POST", "/api/v1/probe", "{\"id\": \"a\", \"uri\": \"x\"}"), 422)
                        .toString())
                .contains("uri: ");
        assertThat(daemon.status().sourceIds()).containsExactly("gate");
    }

    @Test
    void aLinkStaysALink() throws Exception {
        Path elsewhere = Files.createDirectory(dir.resolve("elsewhere"));
        Path moved = Files.move(file, elsewhere.resolve("pipeline.yaml"));
        Files.createSymbolicLink(file, moved);

        assertThat(changed(send("POST", "/api/v1/sources?save=true", NEW), 201)).containsEntry("saved", true);

        assertThat(Files.isSymbolicLink(file)).isTrue();
        assertThat(Files.readString(moved)).contains("- id: belt");
    }

    @Test
    void whatCannotBeSavedRunsAndSaysSo() throws Exception {
        daemon.close();
        // none can be written beside it: its name would be too long
        start("y".repeat(250), "sources: []");

        Map<?, ?> outcome = changed(send("POST", "/api/v1/sources?save=true", NEW), 503);

        assertThat(outcome.toString()).contains("applied=true, saved=false", "could not be saved");
        assertThat(daemon.status().sourceIds()).containsExactly("belt");
        assertThat(Files.readString(file)).isEqualTo(text);
    }
}
