package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.client.VerdictMessage;
import io.ringsight.client.json.MessageFormatException;
import io.ringsight.client.json.MessageReader;
import io.ringsight.core.run.Await;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.synthetic.KnownObjects;
import io.ringsight.sources.synthetic.SyntheticTruth;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verdicts of a daemon as its users start it, also when it is killed. */
class VerdictsTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final Pattern PAGES = Pattern.compile("pages on http://[^ ]*:(\\d+)");
    private static final long FPS = 15;
    private static final String ANNOUNCED = """
            pipeline: {model: %s}
            sources:
              - id: line
                uri: "synthetic:pcb?fps=15"
                parts:
                  window: {fromMs: 0, toMs: 150}
                  deadlineMs: 400
                  reject: [open, short]
                  dir: %s
            sinks: [{jsonl: {path: %s}}]
            http: {port: 0}
            """;

    @TempDir
    private Path folder;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();

    private static List<VerdictMessage> verdicts(Path lines) {
        List<VerdictMessage> verdicts = new ArrayList<>();
        String text = Files.exists(lines) ? Child.read(lines) : "";
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n")) {
            if (line.contains("\"type\":\"verdict\"")) {
                try {
                    verdicts.add((VerdictMessage) MessageReader.read(line.getBytes(StandardCharsets.UTF_8)));
                } catch (MessageFormatException e) {
                    throw new AssertionError(line, e);
                }
            }
        }
        return verdicts;
    }

    @Test
    void noDrawnBoardWithADefectThatTheExampleLooksForPasses() throws Exception {
        String yaml = Files.readString(Rig.ROOT.resolve("conf/examples/pcb-line.yaml"))
                .replace("port: 8080", "port: 0");
        Path lines = folder.resolve("out/pcb-line.jsonl");
        try (Child daemon = Ringsight.daemon(folder, yaml)) {
            daemon.await("three verdicts", LIMIT, () -> verdicts(lines).size() >= 3);
            daemon.signal("TERM");
            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
        }
        SyntheticTruth truth = new SyntheticTruth(
                (SourceSpec.Synthetic) SourceSpec.parse("synthetic:pcb?width=640&height=640&fps=" + FPS));
        for (VerdictMessage verdict : verdicts(lines)) {
            if (defects(truth, verdict.part().id()) > 0) {
                assertThat(verdict.judgement().grade()).as(verdict.toString()).isNotEqualTo("pass");
            }
        }
    }

    /** How many defects the board shows while it is whole. */
    private static int defects(SyntheticTruth truth, String partId) {
        long board = Long.parseLong(partId.substring(partId.lastIndexOf('-') + 1));
        KnownObjects shown = SyntheticTruth.room();
        for (long frame = 0; ; frame++) {
            long ptsNs = truth.settings().ptsNs(frame);
            if (truth.wholeBoardAt(ptsNs) == board) {
                truth.objectsAt(ptsNs, shown);
                return shown.size();
            }
        }
    }

    @Test
    void eachAnnouncedPartHasOneVerdictAlsoWhenTheDaemonIsKilled() throws Exception {
        Path lines = folder.resolve("lines.jsonl");
        String yaml =
                ANNOUNCED.formatted(Rig.ROOT.resolve("conf/models/pcb-defect.yaml"), folder.resolve("parts"), lines);
        List<String> announced = new ArrayList<>();
        for (int life = 1; life <= 4; life++) {
            try (Child daemon = Ringsight.daemon(folder, yaml)) {
                int port = port(daemon);
                for (int part = 1; part <= 6; part++) {
                    announced.add("L" + life + "-" + part);
                    assertThat(announce(port, announced.get(announced.size() - 1)))
                            .isEqualTo(202);
                }
                if (life % 2 == 0) {
                    daemon.await("a verdict of this life", LIMIT, () -> isJudged(lines, announced));
                }
                daemon.signal("KILL");
                daemon.waitFor(LIMIT);
            }
        }
        try (Child daemon = Ringsight.daemon(folder, yaml)) {
            port(daemon);
            daemon.await(
                    "a verdict on each", LIMIT, () -> byPart(lines).keySet().containsAll(announced));
            daemon.signal("TERM");
            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
        }
        assertThat(byPart(lines).keySet()).containsExactlyInAnyOrderElementsOf(announced);
        assertThat(byPart(lines)).allSatisfy((part, all) -> assertThat(all).hasSize(1));
        assertThat(byPart(lines).values().stream()
                        .flatMap(List::stream)
                        .filter(verdict -> verdict.judgement().reasons().contains("down")))
                .isNotEmpty()
                .allMatch(verdict -> verdict.judgement().grade().equals("unknown"));
    }

    @Test
    void aVerdictThatASinkCouldNotDeliverBeforeTheEndComesAgain() throws Exception {
        Path first = folder.resolve("first.jsonl");
        Path second = folder.resolve("second.jsonl");
        Path model = Rig.ROOT.resolve("conf/models/pcb-defect.yaml");
        String away = "sinks: [{webhook: {url: 'http://127.0.0.1:1/', spool: {enabled: false}}}, ";
        try (Child daemon = Ringsight.daemon(
                folder,
                ANNOUNCED.formatted(model, folder.resolve("parts"), first).replace("sinks: [", away))) {
            assertThat(announce(port(daemon), "A1")).isEqualTo(202);
            daemon.await("a verdict", LIMIT, () -> byPart(first).containsKey("A1"));
            daemon.signal("TERM");
            daemon.waitFor(LIMIT);
            assertThat(daemon.err()).contains("not everything was acknowledged");
        }
        try (Child daemon = Ringsight.daemon(folder, ANNOUNCED.formatted(model, folder.resolve("parts"), second))) {
            daemon.await("the verdict again", LIMIT, () -> byPart(second).containsKey("A1"));
            assertThat(byPart(second).get("A1")).isEqualTo(byPart(first).get("A1"));
        }
    }

    private static boolean isJudged(Path lines, List<String> announced) {
        return byPart(lines).containsKey(announced.get(announced.size() - 1));
    }

    /** The different verdicts on each part: a message that comes again is the same. */
    private static Map<String, List<VerdictMessage>> byPart(Path lines) {
        Map<String, List<VerdictMessage>> byPart = new LinkedHashMap<>();
        for (VerdictMessage verdict : verdicts(lines)) {
            List<VerdictMessage> all = byPart.computeIfAbsent(verdict.part().id(), part -> new ArrayList<>());
            if (!all.contains(verdict)) {
                all.add(verdict);
            }
        }
        return byPart;
    }

    private static int port(Child daemon) {
        int[] port = new int[1];
        daemon.await("its pages", LIMIT, () -> {
            Matcher pages = PAGES.matcher(daemon.err());
            if (pages.find()) {
                port[0] = Integer.parseInt(pages.group(1));
            }
            return port[0] > 0;
        });
        Await.until("the source", () -> Ringsight.state(port[0], "line").equals("live"));
        return port[0];
    }

    private int announce(int port, String part) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/api/v1/sources/line/parts?part=" + part))
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
}
