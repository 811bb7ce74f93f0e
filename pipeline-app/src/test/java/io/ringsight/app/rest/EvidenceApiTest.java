package io.ringsight.app.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.ringsight.app.cli.JsonObject;
import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.app.daemon.Daemon;
import io.ringsight.app.http.RawHttp;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Evidence and verdicts of a running daemon with the shipped model: what is kept, who may see it, and who may overrule. */
@Timeout(300)
class EvidenceApiTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final String VIEWER = "0123456789abcdef-viewer";
    private static final String OPERATOR = "0123456789abcdef-operator";
    private static final String LOCAL = "Host: localhost\r\n";
    private static final String AS_VIEWER = LOCAL + "Authorization: Bearer " + VIEWER + "\r\n";
    private static final String AS_OPERATOR = LOCAL + "Authorization: Bearer " + OPERATOR + "\r\n";

    @TempDir
    private Path dir;

    private Daemon daemon;
    private Map<?, ?> item;
    private Map<?, ?> verdict;

    @BeforeEach
    void start() throws Exception {
        Path file = dir.resolve("pipeline.yaml");
        Files.writeString(file, """
                pipeline: {model: "%s", stopTimeoutMs: 60000}
                sources:
                  - id: line1
                    uri: synthetic:pcb?fps=3&width=640&height=360
                    parts: {trigger: appearance, reject: [open, short, mousebite, spur, copper, pin-hole],
                        window: {fromMs: 0, toMs: 900}, deadlineMs: 10000, dir: "%s"}
                sinks: [{jsonl: {path: "%s"}}]
                evidence: {dir: "%s", maxBytes: 20000000}
                http: {port: 0, auth: {viewerToken: %s, operatorToken: %s}}
                """.formatted(
                        ROOT.resolve("conf/models/pcb-defect-int8.yaml"),
                        dir.resolve("parts"),
                        dir.resolve("out.jsonl"),
                        dir.resolve("evidence"),
                        VIEWER,
                        OPERATOR));
        daemon =
                Daemon.start(new ConfigReader(file, Map.of(), ROOT, ModelYaml::read).read(), Clock.system(), List.of());
        Await.until("evidence of a verdict with defects", () -> find());
    }

    /** A picture, and a verdict with a defect. */
    private boolean find() {
        try {
            List<?> items = (List<?>) parsed("/api/v1/evidence?limit=500").get("items");
            item = items.isEmpty() ? null : (Map<?, ?>) items.get(items.size() - 1);
            for (Object each : (List<?>) parsed("/api/v1/verdicts?limit=500").get("verdicts")) {
                Map<?, ?> one = (Map<?, ?>) each;
                boolean hasDefects = !((List<?>) ((Map<?, ?>) one.get("review")).get("defects")).isEmpty();
                if (hasDefects && !((List<?>) one.get("evidence")).isEmpty()) {
                    verdict = one;
                    return item != null;
                }
            }
            return false;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private String get(String path) throws Exception {
        return RawHttp.get(daemon.port(), path, AS_VIEWER);
    }

    private String post(String path, String as) throws Exception {
        return RawHttp.send(
                daemon.port(),
                "POST " + path + " HTTP/1.1\r\n" + as + "Content-Length: 0\r\nConnection: close\r\n\r\n");
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private Map<?, ?> parsed(String path) throws Exception {
        String answer = get(path);
        assertThat(answer).startsWith("HTTP/1.1 200 OK");
        return yaml(body(answer));
    }

    private static Map<?, ?> yaml(String json) {
        return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(json);
    }

    private static void accepts(String schema, String json) throws Exception {
        Map<?, ?> description = yaml(Files.readString(ROOT.resolve("conf/schema/openapi.yaml")));
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("$ref", "#/components/schemas/" + schema);
        whole.put("components", description.get("components"));
        assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(JsonObject.of(whole))
                        .validate(json, InputFormat.JSON))
                .as(json)
                .isEmpty();
    }

    private String idOf(Map<?, ?> of) {
        return ((Map<?, ?>) of.get("message")).get("messageId").toString();
    }

    @Test
    void defectsAreKeptFoundAndRefused() throws Exception {
        String id = item.get("id").toString();
        accepts("EvidenceList", body(get("/api/v1/evidence?source=line1&limit=3")));
        accepts("Evidence", body(get("/api/v1/evidence/" + id)));
        accepts("Status", body(get("/api/v1/status")));
        accepts("Verdicts", body(get("/api/v1/verdicts?source=line1")));
        String label = ((List<?>) item.get("classes")).get(0).toString();
        assertThat(ids("class=" + label)).contains(id);
        assertThat(ids("class=nothing")).isEmpty();
        assertThat(ids("to=" + item.get("takenAt"))).doesNotContain(id);
        assertThat(ids("from=" + item.get("takenAt"))).contains(id);
        Path folder = dir.resolve("evidence/" + id);
        assertThat(ImageIO.read(new ByteArrayInputStream(Files.readAllBytes(folder.resolve("picture.jpg"))))
                        .getWidth())
                .isEqualTo(640);
        assertThat(get("/api/v1/evidence/" + id + "/crop.jpg"))
                .startsWith("HTTP/1.1 200 OK")
                .contains("Content-Type: image/jpeg");
        assertThat(body(get("/api/v1/evidence/" + id + "/message.json")))
                .isEqualTo(Files.readString(folder.resolve("message.json")))
                .contains("\"evidence\":\"" + folder.toUri() + '"');
        assertThat(Files.readString(dir.resolve("out.jsonl")))
                .contains(Files.readString(folder.resolve("message.json")));
        assertThat(get("/metrics"))
                .contains("ringsight_evidence_kept_total ", "ringsight_evidence_state{state=\"keeping\"} 1.0");
        hostile(id);
    }

    private List<Object> ids(String query) throws Exception {
        return ((List<?>) parsed("/api/v1/evidence?limit=500&" + query).get("items"))
                .stream().<Object>map(each -> ((Map<?, ?>) each).get("id")).toList();
    }

    private static final String HOSTILE = """
            401 GET /api/v1/evidence | L
            401 GET /api/v1/evidence/ID/picture.jpg | L
            401 GET /api/v1/verdicts | L
            401 GET /api/v1/reviews | L
            404 GET /api/v1/evidence/../../../etc/passwd | V
            400 GET /api/v1/evidence/line1/%2e%2e/%2e%2e/picture.jpg | V
            400 GET /api/v1/evidence/ID/..%2f..%2fevidence.json | V
            400 GET /api/v1/evidence/ID/..%5c..%5clock~ | V
            404 GET /api/v1/evidence/ID/lock~ | V
            404 GET /api/v1/evidence/ID/picture.jpg.bak | V
            404 GET /api/v1/evidence/ID/ | V
            404 GET /api/v1/evidence/work~/made/picture.jpg | V
            404 GET /api/v1/evidence/line1/EPOCH/0/picture.jpg | V
            404 GET /api/v1/evidence/line1/EPOCH/-1 | V
            404 GET /api/v1/evidence/line1/EPOCH/9999999999999999999999 | V
            404 GET /api/v1/evidence/line1/EPOCH/1e3 | V
            400 GET /api/v1/evidence/ID/picture.jpg%00.html | V
            400 GET /api/v1/evidence/ID?file=../../x | V
            400 GET /api/v1/evidence?before=../../etc/passwd | V
            400 GET /api/v1/evidence?before=a | V
            400 GET /api/v1/evidence?limit=0 | V
            400 GET /api/v1/evidence?limit=501 | V
            400 GET /api/v1/evidence?from=yesterday | V
            400 GET /api/v1/evidence?to=+999999999-01-01T00:00:00Z | V
            400 GET /api/v1/evidence?source=line1&source=gate | V
            405 POST /api/v1/evidence | O
            405 DELETE /api/v1/evidence/ID | O
            400 GET /api/v1/verdicts?state=fine | V
            400 GET /api/v1/verdicts?grade=1%27%20or%201=1 | V
            403 POST /api/v1/verdicts/VERDICT/review?state=accepted | V
            403 POST /api/v1/verdicts/VERDICT/missed?class=short | V
            401 POST /api/v1/verdicts/VERDICT/review?state=accepted | L
            403 POST /api/v1/verdicts/VERDICT/review?state=accepted | O Origin: https://evil.example
            403 POST /api/v1/verdicts/VERDICT/review?state=accepted | O Sec-Fetch-Site: cross-site
            405 GET /api/v1/verdicts/VERDICT/review?state=accepted | O
            404 POST /api/v1/verdicts/line1/EPOCH/v999999/review?state=accepted | O
            404 POST /api/v1/verdicts/../EPOCH/v1/review?state=accepted | O
            404 POST /api/v1/verdicts/gate/EPOCH/v1/review?state=accepted | O
            400 POST /api/v1/verdicts/VERDICT/review | O
            400 POST /api/v1/verdicts/VERDICT/review?state=fine | O
            400 POST /api/v1/verdicts/VERDICT/review?state=accepted&defect=99 | O
            400 POST /api/v1/verdicts/VERDICT/review?state=accepted&defect=-1 | O
            400 POST /api/v1/verdicts/VERDICT/review?state=accepted&by=%0Atotal%20=x%20accepted%2099 | O
            400 POST /api/v1/verdicts/VERDICT/missed | O
            400 POST /api/v1/verdicts/VERDICT/missed?class=short&place=2,0,0,0 | O
            400 POST /api/v1/verdicts/VERDICT/missed?class=short&place=NaN,0,0,0 | O
            """;

    private void hostile(String id) throws Exception {
        Map<String, String> roles = Map.of("L", LOCAL, "V", AS_VIEWER, "O", AS_OPERATOR);
        String reviews = body(get("/api/v1/reviews"));
        List<String> wrong = new ArrayList<>();
        for (String line : HOSTILE.strip().split("\n")) {
            String[] parts = line.strip().split(" \\| ", 2);
            String[] asked = parts[0].split(" ");
            String more = parts[1].length() > 1 ? parts[1].substring(2) + "\r\n" : "";
            String path =
                    asked[2].replace("ID", id).replace("VERDICT", idOf(verdict)).replace("EPOCH", id.split("/")[1]);
            String answer = RawHttp.send(
                    daemon.port(),
                    asked[1] + ' ' + path + " HTTP/1.1\r\n" + roles.get(parts[1].substring(0, 1)) + more
                            + "Content-Length: 0\r\nConnection: close\r\n\r\n");
            if (!asked[0].equals(Integer.toString(RawHttp.status(answer)))) {
                wrong.add(line + " -> " + RawHttp.status(answer));
            }
            assertThat(answer).doesNotContain(VIEWER, OPERATOR, "root:");
        }
        assertThat(wrong).isEmpty();
        assertThat(body(get("/api/v1/reviews"))).isEqualTo(reviews);
    }

    @Test
    void anOperatorConfirmsAndOverrulesAndTheRatesSaySo() throws Exception {
        String at = "/api/v1/verdicts/" + idOf(verdict);
        Map<?, ?> defect =
                (Map<?, ?>) ((List<?>) ((Map<?, ?>) ((Map<?, ?>) verdict.get("message")).get("verdict")).get("defects"))
                        .get(0);
        String label = defect.get("label").toString();

        String rejected = post(at + "/review?state=defect-rejected&by=%3Cb%3EAda", AS_OPERATOR);
        accepts("Verdict", body(rejected));
        assertThat(rejected).contains("\"state\":\"defect-rejected\"", "\"by\":\"<b>Ada\"");
        assertThat(post(at + "/missed?class=short&place=0.5,0.25,0.01,0.02", AS_OPERATOR))
                .contains("\"class\":\"short\"");

        String rates = body(get("/api/v1/reviews"));
        accepts("Reviews", rates);
        assertThat(rates).contains("\"missed\":1");
        assertThat(get("/metrics"))
                .contains(
                        "ringsight_reviewed_defects{class=\"short\",source=\"line1\",state=\"missed\"} 1.0",
                        "ringsight_false_call_ratio{class=\"" + label + "\",source=\"line1\"} 1.0");
        assertThat((List<?>) parsed("/api/v1/verdicts?state=defect-confirmed").get("verdicts"))
                .hasSize(1);
        assertThat(Files.readString(dir.resolve("parts/line1.reviews"))).contains("defect-rejected", "missed");
    }
}
