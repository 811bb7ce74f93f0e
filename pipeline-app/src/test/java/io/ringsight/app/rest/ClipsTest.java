package io.ringsight.app.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.app.console.Chromium;
import io.ringsight.app.daemon.Daemon;
import io.ringsight.app.http.RawHttp;
import io.ringsight.app.tools.detect.VideoFile;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.LookingIntake;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Source;
import io.ringsight.sources.synthetic.SyntheticTruth;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Clips of a running daemon that looks at a video of boards with the shipped model: the defect is in the clip. */
@Timeout(300)
class ClipsTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final String LOCAL = "Host: localhost\r\n";
    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final int FPS = 10;
    private static final int FRAMES = 100;
    /** What H.264 changes of a grey, on average; pictures of other boards differ by ten times that. */
    private static final double SAME = 4;

    @TempDir
    private Path dir;

    private final SyntheticTruth truth = new SyntheticTruth((SourceSpec.Synthetic)
            SourceSpec.parse("synthetic:pcb?fps=" + FPS + "&width=" + WIDTH + "&height=" + HEIGHT));
    private Daemon daemon;
    /** The frame of a defect whose clip is there. */
    private Map<?, ?> item;

    /** The video goes on: what keeps evidence has the lowest priority, and a busy machine lets it begin late. */
    @BeforeEach
    void start() throws Exception {
        Path file = dir.resolve("pipeline.yaml");
        Files.writeString(file, """
                pipeline: {model: "%s", stopTimeoutMs: 4000}
                sources:
                  - id: line1
                    uri: "file:%s?pace=realtime&loop"
                    rules: [{name: defect, confidence: 0.5, forMs: 1000, quietMs: 0}]
                sinks: [{jsonl: {path: "%s"}}]
                evidence: {dir: "%s", clips: true, clipPreRollMs: 1500, clipPostRollMs: 1000}
                http: {port: 0}
                """.formatted(
                        ROOT.resolve("conf/models/pcb-defect-int8.yaml"),
                        draw(dir.resolve("boards.mp4")),
                        dir.resolve("out.jsonl"),
                        dir.resolve("evidence")));
        daemon =
                Daemon.start(new ConfigReader(file, Map.of(), ROOT, ModelYaml::read).read(), Clock.system(), List.of());
        Await.until("a clip of a defect", this::find);
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private byte[] drawn(long frame) {
        byte[] grey = new byte[WIDTH * HEIGHT];
        truth.draw(frame, grey);
        return grey;
    }

    private Path draw(Path file) throws IOException {
        byte[] bgr = new byte[WIDTH * HEIGHT * 3];
        try (VideoFile video = new VideoFile(file, WIDTH, HEIGHT);
                Mat picture = new Mat(HEIGHT, WIDTH, CV_8UC3)) {
            for (int frame = 0; frame < FRAMES; frame++) {
                byte[] grey = drawn(frame);
                for (int i = 0; i < bgr.length; i++) {
                    bgr[i] = grey[i / 3];
                }
                picture.data().put(bgr);
                video.write(picture, frame * 1_000_000L / FPS);
            }
            video.finish();
        }
        return file;
    }

    private boolean find() {
        try {
            for (Object each : (List<?>) parsed("/api/v1/evidence?limit=500").get("items")) {
                item = (Map<?, ?>) each;
                if (item.get("clip") != null) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private String get(String path, String headers) throws IOException {
        return RawHttp.get(daemon.port(), path, LOCAL + headers);
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private Map<?, ?> parsed(String path) throws IOException {
        String answer = get(path, "");
        assertThat(answer).startsWith("HTTP/1.1 200 OK");
        return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(body(answer));
    }

    private String clipUrl() {
        return "/api/v1/evidence/" + item.get("clip") + "/clip.mp4";
    }

    /** The number of the item's frame in the video. */
    private long momentFrame() throws IOException {
        long ptsNs = ((Number) parsed("/api/v1/evidence/" + item.get("id") + "/message.json")
                        .get("ptsNs"))
                .longValue();
        return Math.round(ptsNs * 1e-9 * FPS) % FRAMES;
    }

    /** How much the grey of a decoded picture differs from a drawn one, on average; coded from 16 to 235. */
    private static double difference(Picture picture, byte[] grey) {
        long sum = 0;
        byte[] row = new byte[WIDTH];
        for (int y = 0; y < HEIGHT; y++) {
            try (BytePointer luma = new At(picture.planeAddress(0) + (long) y * picture.planeStride(0))) {
                luma.get(row);
            }
            for (int x = 0; x < WIDTH; x++) {
                sum += Math.abs((row[x] & 255) - 16 - (grey[y * WIDTH + x] & 255) * 219 / 255);
            }
        }
        return (double) sum / (WIDTH * HEIGHT);
    }

    /** A window on native memory. */
    private static final class At extends BytePointer {
        At(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }

    @Test
    void theClipShowsTheDefectsFrameAndCanBeReadInParts() throws Exception {
        long moment = momentFrame();
        byte[] grey = drawn(moment);
        byte[] whole = Files.readAllBytes(dir.resolve("evidence/" + item.get("clip") + "/clip.mp4"));
        Path copy = Files.write(dir.resolve("copy.mp4"), whole);
        int[] same = {0};
        int[] frames = {0};
        try (Source source = Sources.open(SourceSpec.recording(copy), Clock.system())) {
            source.run(new LookingIntake() {
                private final SourceMetrics metrics = new SourceMetrics("clip");

                @Override
                public void offer(Picture picture) {
                    frames[0]++;
                    same[0] += difference(picture, grey) < SAME ? 1 : 0;
                    picture.release();
                }

                @Override
                public SourceMetrics metrics() {
                    return metrics;
                }
            });
        }
        assertThat(same[0])
                .as("frame %d of the video in a clip of %d", moment, frames[0])
                .isPositive();
        assertThat(frames[0]).isLessThan(FRAMES);
        String message = body(get("/api/v1/evidence/" + item.get("id") + "/message.json", ""));
        assertThat(message)
                .contains("\"clip\":\""
                        + dir.resolve("evidence/" + item.get("clip") + "/clip.mp4")
                                .toUri());
        assertThat(get("/metrics", "")).containsPattern("ringsight_evidence_clips_kept_total [1-9]");
        parts(whole);
    }

    private void parts(byte[] whole) throws IOException {
        String text = new String(whole, StandardCharsets.ISO_8859_1);
        String all = get(clipUrl(), "");
        assertThat(all).startsWith("HTTP/1.1 200").contains("Content-Type: video/mp4", "Accept-Ranges: bytes");
        assertThat(body(all)).isEqualTo(text);
        String middle = get(clipUrl(), "Range: bytes=100-299\r\n");
        assertThat(middle)
                .startsWith("HTTP/1.1 206")
                .contains("Content-Range: bytes 100-299/" + whole.length, "Content-Length: 200");
        assertThat(body(middle)).isEqualTo(text.substring(100, 300));
        assertThat(body(get(clipUrl(), "Range: bytes=-50\r\n"))).isEqualTo(text.substring(whole.length - 50));
        assertThat(body(get(clipUrl(), "Range: bytes=" + (whole.length - 7) + "-999999999\r\n")))
                .hasSize(7);
        assertThat(get(clipUrl(), "Range: bytes=" + whole.length + "-\r\n"))
                .startsWith("HTTP/1.1 416")
                .contains("Content-Range: bytes */" + whole.length);
        for (String odd :
                List.of("bytes=9-1", "bytes=-", "bytes=0-1,4-5", "lines=1-2", "bytes=99999999999999999999-")) {
            assertThat(get(clipUrl(), "Range: " + odd + "\r\n")).as(odd).startsWith("HTTP/1.1 200");
        }
        String head = RawHttp.send(
                daemon.port(), "HEAD " + clipUrl() + " HTTP/1.1\r\n" + LOCAL + "Connection: close\r\n\r\n");
        assertThat(head).startsWith("HTTP/1.1 200").contains("Content-Length: " + whole.length);
        assertThat(body(head)).isEmpty();
        for (String hostile : List.of("/clip.mp4.bak", "/..%2f..%2flock~", "/clip.mp4%00", "/work~", "/clip.mp4/x")) {
            assertThat(RawHttp.status(get(clipUrl().replace("/clip.mp4", hostile), "")))
                    .isIn(400, 404);
        }
        assertThat(get("/api/v1/evidence/line1/x/1/clip.mp4", "")).startsWith("HTTP/1.1 404");
    }

    /** Plays what is shown, and says how little a picture of it differs from the one drawn. */
    private static final String MIN_DIFFERENCE = """
            (async () => {
              const grey = Uint8Array.from(atob('%s'), (c) => c.charCodeAt(0));
              const video = document.querySelector('.lightbox video');
              const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
              const context = canvas.getContext('2d', {willReadFrequently: true});
              let least = 255;
              for (let at = 0.05; at < video.duration; at += 0.1) {
                await new Promise((done) => { video.onseeked = done; video.currentTime = at; });
                context.drawImage(video, 0, 0);
                const shown = context.getImageData(0, 0, canvas.width, canvas.height).data;
                let sum = 0;
                for (let i = 0; i < grey.length; i++) sum += Math.abs(shown[4 * i + 1] - grey[i]);
                least = Math.min(least, sum / grey.length);
              }
              window.minimum = least;
            })(), 0""";

    @Test
    @Tag("browser")
    void chromiumPlaysTheClipOfTheGalleryAndTheDefectIsInIt() throws Exception {
        try (Chromium browser = new Chromium(dir)) {
            browser.open("http://localhost:" + daemon.port() + "/#/gallery", 1400, 1000);
            assumeThat(browser.value(
                            "document.createElement('video').canPlayType('video/mp4; codecs=\"avc1.42E01E\"')"))
                    .as("this Chromium has no H.264")
                    .isNotEqualTo("");
            browser.await("document.querySelector('[data-id=\"" + item.get("id") + "\"] img')?.complete");
            browser.value("document.querySelector('[data-id=\"" + item.get("id") + "\"] button').click()");
            browser.await("document.querySelector('.lightbox video')?.readyState >= 2");
            assertThat(browser.value("document.querySelector('.lightbox video').videoWidth"))
                    .isEqualTo(WIDTH);
            browser.value(
                    "(() => { const v = document.querySelector('.lightbox video'); v.muted = true; v.play(); })()");
            browser.await("document.querySelector('.lightbox video').currentTime > 0.3");
            browser.value("document.querySelector('.lightbox video').pause()");
            browser.value(MIN_DIFFERENCE.formatted(Base64.getEncoder().encodeToString(drawn(momentFrame()))));
            browser.await("window.minimum !== undefined");
            assertThat(((Number) browser.value("window.minimum")).doubleValue()).isLessThan(2 * SAME);
            assertThat(browser.complaints()).isEmpty();
        }
    }
}
