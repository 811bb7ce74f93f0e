package io.ringsight.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.app.daemon.Daemon;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.infer.open.Backends;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.synthetic.KnownObjects;
import io.ringsight.sources.synthetic.SyntheticTruth;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The console in a real browser, of a running daemon with the shipped model. */
@Tag("browser")
@Timeout(300)
class ConsoleTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final String BOARDS = "synthetic:pcb?fps=10&width=960&height=540";
    private static final String BOXES = "synthetic:boxes?width=640&height=360&fps=25&seed=3";
    private static final long STALL_NS = 500_000_000L;
    private static final List<String> VIEWS = List.of(
            "#/",
            "#/camera/line1",
            "#/camera/gate",
            "#/zones/line1",
            "#/add",
            "#/boards",
            "#/gallery",
            "#/timeline",
            "#/system");
    private static final String HOSTILE = "<img src=x onerror=alert(1)>";

    @TempDir
    private Path dir;

    private Daemon daemon;

    private void start(String sources, String auth) throws Exception {
        start(sources, auth, ModelYaml::read, Backends::open);
    }

    private void start(String sources, String auth, ConfigReader.ModelReader models, Daemon.BackendOpener backends)
            throws Exception {
        Path file = dir.resolve("pipeline.yaml");
        Files.writeString(file, """
                pipeline: {model: "%s", stopTimeoutMs: 60000}
                sources:
                %s
                sinks: [{jsonl: {path: "%s"}}]
                http: {port: 0%s}
                """.formatted(
                        ROOT.resolve("conf/models/pcb-defect.yaml"), sources, dir.resolve("out.jsonl"), auth));
        daemon = Daemon.start(
                new ConfigReader(file, Map.of(), ROOT, models).read(), Clock.system(), List.of(), backends);
    }

    @AfterEach
    void stop() {
        if (daemon != null) {
            daemon.close();
        }
    }

    private String url(String fragment) {
        return "http://localhost:" + daemon.port() + "/" + fragment;
    }

    /** Screenshots are kept where this names a folder. */
    private void keep(Chromium browser, String name) throws Exception {
        String folder = System.getProperty("ringsight.screenshots");
        if (folder != null) {
            browser.keepPicture(Path.of(folder, name + ".png"));
        }
    }

    /** A box as the page drew it, in pixels of the source's picture. */
    private record Box(double left, double top, double right, double bottom) {
        double iou(Box other) {
            double width = Math.min(right, other.right) - Math.max(left, other.left);
            double height = Math.min(bottom, other.bottom) - Math.max(top, other.top);
            double both = Math.max(0, width) * Math.max(0, height);
            return both / (area() + other.area() - both);
        }

        private double area() {
            return (right - left) * (bottom - top);
        }
    }

    /** The outlines on the page's canvas over the picture, found by their pixels: frame, then left, top, right, bottom of each. */
    private static final String DRAWN = """
            (() => {
              const frame = document.querySelector('.frame');
              const canvas = frame.querySelector('.overlay');
              const {width, height} = canvas;
              const alpha = canvas.getContext('2d').getImageData(0, 0, width, height).data;
              const seen = new Uint8Array(width * height);
              const boxes = [];
              for (let at = 0; at < width * height; at++) {
                if (seen[at] || alpha[4 * at + 3] < 200) continue;
                const box = [width, height, 0, 0];
                const todo = [at];
                seen[at] = 1;
                while (todo.length) {
                  const p = todo.pop(), x = p % width, y = (p - x) / width;
                  box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y);
                  box[2] = Math.max(box[2], x + 1); box[3] = Math.max(box[3], y + 1);
                  for (const n of [p - 1, p + 1, p - width, p + width]) {
                    if (n >= 0 && n < width * height && !seen[n] && alpha[4 * n + 3] >= 200) { seen[n] = 1; todo.push(n); }
                  }
                }
                boxes.push(box);
              }
              return JSON.stringify({frameSeq: Number(frame.dataset.frameSeq), width, height, boxes});
            })()""";

    private long ptsNs(String source, long frameSeq) {
        Pattern frame =
                Pattern.compile("\"sourceId\":\"" + source + "\".*\"frameSeq\":" + frameSeq + ",.*\"ptsNs\":(\\d+)");
        long[] found = {-1};
        Await.until(() -> {
            try {
                for (String line : Files.readAllLines(dir.resolve("out.jsonl"))) {
                    Matcher matcher = frame.matcher(line);
                    if (matcher.find()) {
                        found[0] = Long.parseLong(matcher.group(1));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return found[0] >= 0;
        });
        return found[0];
    }

    @Test
    void boxesLieOnTheObjectsOfTheFrameThatIsShown() throws Exception {
        start("  - {id: line1, uri: \"" + BOARDS + "\"}", "");
        SyntheticTruth truth = new SyntheticTruth((SourceSpec.Synthetic) SourceSpec.parse(BOARDS));
        KnownObjects objects = SyntheticTruth.room();
        List<Double> best = new ArrayList<>();
        List<Long> frames = new ArrayList<>();
        try (Chromium browser = new Chromium(dir)) {
            browser.open(url("#/camera/line1"), 1400, 900);
            browser.await("document.querySelector('.frame')?.dataset.frameSeq");
            browser.value("document.querySelectorAll('.switches button')[1].click()");
            while (best.size() < 120 || frames.size() < 20) {
                Map<?, ?> drawn = (Map<?, ?>) Chromium.parse((String) browser.value(DRAWN));
                long frameSeq = ((Number) drawn.get("frameSeq")).longValue();
                if (frames.contains(frameSeq)) {
                    continue;
                }
                frames.add(frameSeq);
                truth.objectsAt(ptsNs("line1", frameSeq), objects);
                drawn(drawn).forEach(box -> best.add(bestIou(box, objects)));
            }
            assertThat(browser.complaints()).isEmpty();
        }
        assertThat(frames).as("pictures move").hasSizeGreaterThan(3);
        List<Double> sorted = best.stream().sorted().toList();
        System.out.println("IoU of drawn boxes with the truth, sorted: " + sorted);
        assertThat(sorted.get(sorted.size() / 4)).isGreaterThanOrEqualTo(0.8);
    }

    /** Whole outlines only: two that touch are one island, and not what was drawn. */
    private static List<Box> drawn(Map<?, ?> page) {
        double scale = ((Number) page.get("width")).doubleValue() / 960;
        List<Box> boxes = new ArrayList<>();
        for (Object each : (List<?>) page.get("boxes")) {
            double[] sides = ((List<?>) each)
                    .stream().mapToDouble(side -> ((Number) side).doubleValue()).toArray();
            boxes.add(new Box(
                    (sides[0] + 2) / scale, (sides[1] + 2) / scale, (sides[2] - 2) / scale, (sides[3] - 2) / scale));
        }
        return boxes;
    }

    private static double bestIou(Box box, KnownObjects objects) {
        double best = 0;
        for (int i = 0; i < objects.size(); i++) {
            best = Math.max(
                    best,
                    box.iou(new Box(
                            objects.left(i),
                            objects.top(i),
                            objects.left(i) + objects.width(i),
                            objects.top(i) + objects.height(i))));
        }
        return best;
    }

    @Test
    void namesAreTextAndEveryCameraSaysHowItIs() throws Exception {
        start("""
                  - {id: line1, name: "%s", uri: "%s"}
                  - {id: line2, uri: "%s"}
                  - {id: gate, uri: "rtsp://127.0.0.1:1/stream"}
                """.formatted(HOSTILE, BOARDS, BOXES), "");
        try (Chromium browser = new Chromium(dir)) {
            browser.prefers("light");
            browser.open(url(""), 1400, 900);
            browser.await("document.querySelectorAll('.frame[data-frame-seq]').length === 2");
            browser.await("document.querySelector('.card[data-id=gate]')?.innerText.includes('nobody listens there')");
            browser.await("document.querySelector('.card[data-id=gate]')?.innerText.includes('is the port right')");
            assertThat(browser.value("document.querySelector('.name').textContent"))
                    .isEqualTo(HOSTILE);
            assertThat(browser.value("document.querySelectorAll('main img, main script').length"))
                    .isEqualTo(0);
            browser.await("document.querySelector('.summary')?.innerText === '2 of 3 cameras live, 1 not looking'");
            keep(browser, "grid-light");
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void itIsUsedByKeyboardAlone() throws Exception {
        start("  - {id: line1, uri: \"" + BOXES + "\"}", "");
        try (Chromium browser = new Chromium(dir)) {
            browser.open(url(""), 1200, 800);
            browser.await("document.querySelector('.card[data-id=line1]')");
            for (int i = 0; i < 12 && !"#/camera/line1".equals(browser.value("document.activeElement.hash")); i++) {
                browser.press("Tab");
            }
            assertThat(browser.value("document.activeElement.hash")).isEqualTo("#/camera/line1");
            browser.press("Enter");
            browser.await("document.querySelector('h1')?.textContent === 'line1'");
            assertThat(browser.value("document.activeElement.id")).isEqualTo("main");
        }
    }

    @Test
    void aPlantedStallIsSeenInThePlots() throws Exception {
        FakeBackend backend = new FakeBackend(1, 1);
        start(
                "  - {id: line1, uri: \"" + BOXES + "\"}",
                "",
                file -> FakeBackend.SPEC,
                (model, spec, metrics) -> Opened.of(backend));
        try (Chromium browser = new Chromium(dir)) {
            browser.open(url("#/camera/line1"), 1400, 1300);
            browser.await("document.querySelector('.plot-summary')?.innerText.startsWith('Longest')");
            AtomicBoolean once = new AtomicBoolean(true);
            backend.onLaunch(() -> {
                if (once.getAndSet(false)) {
                    stall();
                }
                return 0;
            });
            browser.await("""
                    Number(document.querySelector('.plot-summary').innerText.match(/([0-9.]+) ms/)?.[1]) >= 490""");
            browser.await("document.querySelectorAll('.plot canvas').length === 3");
            keep(browser, "stall");
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void picturesGoOnWhereTheyComeFasterThanTheBrowserDecodesThem() throws Exception {
        start(
                "  - {id: line1, uri: \"" + BOXES + "\"}",
                "",
                file -> FakeBackend.SPEC,
                (model, spec, metrics) -> Opened.of(new FakeBackend(1, 1)));
        try (Chromium browser = new Chromium(dir)) {
            browser.open(url("#/camera/line1"), 1000, 700);
            browser.await("document.querySelector('.frame')?.dataset.frameSeq");
            browser.value("""
                    (() => {
                        const decode = createImageBitmap;
                        let decoding = 0;
                        window.most = 0;
                        window.createImageBitmap = async (jpeg) => {
                            window.most = Math.max(window.most, ++decoding);
                            await new Promise((done) => setTimeout(done, 500));
                            decoding--;
                            return decode(jpeg);
                        };
                        window.slowSince = Number(document.querySelector('.frame').dataset.frameSeq) + 25;
                        return 0;
                    })()""");
            browser.await("Number(document.querySelector('.frame').dataset.frameSeq) > window.slowSince");
            assertThat(browser.value("window.most")).as("decoded at a time").isEqualTo(1);
        }
    }

    /** Whatever wakes the thread meanwhile: the stages unpark each other. */
    private static void stall() {
        for (long until = System.nanoTime() + STALL_NS; System.nanoTime() < until; ) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    @Test
    void whoHasThePasswordSeesItAndNobodyElse() throws Exception {
        String token = "0123456789abcdef-viewer";
        start("  - {id: line1, uri: \"" + BOXES + "\"}", ", auth: {viewerToken: " + token + "}");
        try (Chromium browser = new Chromium(dir)) {
            browser.signsIn("somebody", token);
            browser.open(url(""), 1000, 700);
            browser.await("document.querySelector('.frame')?.dataset.frameSeq");
            assertThat((String) browser.value("document.documentElement.outerHTML"))
                    .doesNotContain(token);
        }
        try (Chromium browser = new Chromium(Files.createDirectory(dir.resolve("stranger")))) {
            browser.signsIn("somebody", "wrong");
            browser.open(url(""), 1000, 700);
            browser.await("document.body?.innerText.includes('this takes a token')");
        }
    }

    @Test
    void whenTheDaemonIsGoneThePageSaysSinceWhen() throws Exception {
        start("  - {id: line1, uri: \"" + BOXES + "\"}", "");
        try (Chromium browser = new Chromium(dir)) {
            browser.open(url(""), 1000, 700);
            browser.await("document.querySelector('.frame')?.dataset.frameSeq");
            daemon.close();
            browser.await(
                    "document.querySelector('#outage:not([hidden])')?.innerText.includes('does not answer since')");
            assertThat(browser.value("document.querySelector('#health').innerText"))
                    .isEqualTo("No answer");
            keep(browser, "outage");
        }
    }

    @Test
    void nothingKeepsPeopleFromUsingIt() throws Exception {
        start("""
                  - {id: line1, uri: "%s", tracking: {enabled: true}, zones: [{name: a, polygon: "0,0 1,0 1,1"}]}
                  - {id: gate, uri: "rtsp://127.0.0.1:1/stream"}
                """.formatted(BOARDS), "");
        List<String> serious = new ArrayList<>();
        try (Chromium browser = new Chromium(dir)) {
            for (String scheme : List.of("light", "dark")) {
                browser.prefers(scheme);
                for (String view : VIEWS) {
                    browser.open("about:blank", 1200, 900);
                    browser.open(url(view), 1200, 900);
                    browser.await("document.querySelector('#health')?.innerText === '1 not looking'");
                    serious.addAll(seriousIssues(browser, scheme + " " + view));
                    keep(browser, scheme + view.replaceAll("[#/]+", "-"));
                }
            }
            long bytes = ((Number) browser.value("""
                    performance.getEntriesByType('resource').filter((file) => file.name.includes('/console/'))
                        .reduce((sum, file) => sum + file.transferSize, 0)""")).longValue();
            assertThat(bytes).as("the first view").isBetween(20_000L, 300_000L);
        }
        assertThat(serious).isEmpty();
    }

    private static List<String> seriousIssues(Chromium browser, String view) throws Exception {
        try (InputStream axe =
                ConsoleTest.class.getResourceAsStream("/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")) {
            browser.value(new String(axe.readAllBytes(), StandardCharsets.UTF_8) + ";0");
        }
        String found = (String) browser.value("""
                axe.run().then((all) => JSON.stringify({
                    passes: all.passes.length,
                    serious: all.violations.filter((issue) => ['serious', 'critical'].includes(issue.impact))
                        .map((issue) => issue.id + ': ' + issue.nodes.map((node) => node.html).join(' ')),
                }))""");
        Map<?, ?> result = (Map<?, ?>) Chromium.parse(found);
        assertThat((Integer) result.get("passes")).as("axe looked").isGreaterThan(10);
        return ((List<?>) result.get("serious"))
                .stream().map(issue -> view + ": " + issue).toList();
    }
}
