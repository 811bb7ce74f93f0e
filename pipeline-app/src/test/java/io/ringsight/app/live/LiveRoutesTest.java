package io.ringsight.app.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ringsight.app.config.ConfigReader;
import io.ringsight.app.daemon.Daemon;
import io.ringsight.app.http.HttpCounter;
import io.ringsight.app.http.RawHttp;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageKey;
import io.ringsight.sinks.MessageType;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.synthetic.KnownObjects;
import io.ringsight.sources.synthetic.SyntheticTruth;
import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Live pictures of a running daemon: the right frame with its message, for whoever watches, at nobody's cost but theirs. */
@Timeout(300)
class LiveRoutesTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final String LOCAL = "Host: localhost\r\n";
    private static final String BOXES = "synthetic:boxes?width=640&height=480&fps=25&seed=3";
    private static final int BRIGHT = 150;

    @TempDir
    private Path dir;

    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        Path file = dir.resolve("pipeline.yaml");
        Files.writeString(file, """
                pipeline: {model: "%s", threshold: 0, stopTimeoutMs: 60000}
                sources:
                  - {id: line1, uri: "%s"}
                  - {id: line2, uri: "%s"}
                  - {id: seldom, uri: "%s", maxFps: 0.001}
                  - {id: gate, uri: "rtsp://127.0.0.1:1/stream"}
                sinks: [{jsonl: {path: "%s"}}]
                http: {port: 0}
                """.formatted(
                        ROOT.resolve("conf/models/pcb-defect.yaml"), BOXES, BOXES, BOXES, dir.resolve("out.jsonl")));
        daemon = Daemon.start(
                new ConfigReader(file, Map.of(), ROOT, path -> FakeBackend.SPEC).read(),
                Clock.system(),
                List.of(),
                (model, spec, metrics) -> Opened.of(new FakeBackend(1, 1)));
        Await.until(() -> daemon.status().total(Counter.FRAMES_PUBLISHED) > 3);
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    /** One part of a stream. */
    private record Part(Map<String, String> headers, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            assertThat(c).as("the stream goes on").isNotNegative();
            text.append((char) c);
        }
        return text.toString().strip();
    }

    private static Part part(InputStream in) throws IOException {
        String line = line(in);
        while (!line.equals("--ringsight")) {
            line = line(in);
        }
        Map<String, String> headers = new TreeMap<>();
        for (line = line(in); !line.isEmpty(); line = line(in)) {
            headers.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 2));
        }
        return new Part(headers, in.readNBytes(Integer.parseInt(headers.get("Content-Length"))));
    }

    private static InputStream open(Socket client, String path) throws IOException {
        client.getOutputStream()
                .write(("GET " + path + " HTTP/1.0\r\n" + LOCAL + "\r\n").getBytes(StandardCharsets.US_ASCII));
        return new BufferedInputStream(client.getInputStream());
    }

    private static long number(String text, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":(\\d+)").matcher(text);
        assertThat(found.find()).as(name + " in " + text).isTrue();
        return Long.parseLong(found.group(1));
    }

    @Test
    void eachPictureShowsWhatWasThereInTheFrameOfItsMessage() throws Exception {
        SyntheticTruth truth = new SyntheticTruth((SourceSpec.Synthetic) SourceSpec.parse(BOXES));
        KnownObjects objects = SyntheticTruth.room();
        try (Socket client = RawHttp.connect(daemon.port())) {
            InputStream in = open(client, "/api/v1/live?sources=line1,line2&width=640&fps=25");
            List<String> sources = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                Part message = part(in);
                Part picture = part(in);
                assertThat(message.headers()).containsEntry("Content-Type", "application/json");
                assertThat(picture.headers())
                        .containsEntry("Content-Type", "image/jpeg")
                        .containsEntry("Ringsight-Frame-Seq", number(message.text(), "frameSeq") + "")
                        .containsEntry("Ringsight-Source", message.headers().get("Ringsight-Source"));
                sources.add(picture.headers().get("Ringsight-Source"));
                truth.objectsAt(number(message.text(), "ptsNs"), objects);
                assertShows(ImageIO.read(new ByteArrayInputStream(picture.body())), objects);
            }
            assertThat(sources).contains("line1", "line2");
        }
    }

    /** Each corner of each box is bright inside, and no other box's motion explains it. */
    private static void assertShows(BufferedImage picture, KnownObjects objects) {
        assertThat(picture.getWidth()).isEqualTo(640);
        assertThat(picture.getHeight()).isEqualTo(480);
        for (int i = 0; i < objects.size(); i++) {
            int right = objects.left(i) + objects.width(i) - 2;
            int bottom = objects.top(i) + objects.height(i) - 2;
            assertThat(List.of(
                            picture.getRGB(objects.left(i) + 1, objects.top(i) + 1) & 0xff,
                            picture.getRGB(right, objects.top(i) + 1) & 0xff,
                            picture.getRGB(objects.left(i) + 1, bottom) & 0xff,
                            picture.getRGB(right, bottom) & 0xff))
                    .as("box %d", i)
                    .allMatch(grey -> grey > BRIGHT);
        }
    }

    @Test
    void aSnapshotIsAJpegFileOfANamedFrame() throws Exception {
        String answer = RawHttp.get(daemon.port(), "/api/v1/sources/line1/snapshot?width=320", LOCAL);

        assertThat(answer)
                .startsWith("HTTP/1.1 200 ")
                .contains("Content-Type: image/jpeg", "Ringsight-Frame-Seq: ", "Ringsight-Source: line1");
        byte[] file = answer.substring(answer.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.ISO_8859_1);
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(file));
        assertThat(picture.getWidth()).isEqualTo(320);
        assertThat(picture.getHeight()).isEqualTo(240);
    }

    @Test
    void whatCannotBeSeenSaysWhy() throws Exception {
        Await.until(() -> "live".equals(daemon.status().stateOf("seldom")));
        Await.until(() -> "refused".equals(daemon.status().stateOf("gate")));
        assertThat(RawHttp.get(daemon.port(), "/api/v1/sources/gate/snapshot", LOCAL))
                .contains(" 503 ", "there was no picture within 3 s: the source is refused");
        assertThat(RawHttp.get(daemon.port(), "/api/v1/sources/seldom/snapshot", LOCAL))
                .contains(" 503 ", "the source is live, but its frames come more seldom");
        for (String path :
                List.of("/sources/none/snapshot", "/sources/none/live", "/live?sources=line1,none", "/live")) {
            assertThat(RawHttp.get(daemon.port(), "/api/v1" + path, LOCAL))
                    .as(path)
                    .contains(" 404 ", "there is no such source");
        }
        for (String path : List.of("/sources/line1/snapshot?width=63", "/live?sources=line1&fps=26", "/live?a=b")) {
            assertThat(RawHttp.get(daemon.port(), "/api/v1" + path, LOCAL))
                    .as(path)
                    .contains(" 400 ");
        }
    }

    private String metrics() {
        try {
            return RawHttp.get(daemon.port(), "/metrics", LOCAL);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long counted(String name) {
        Matcher found =
                Pattern.compile("(?m)^ringsight_http_" + name + "_total (\\d+)").matcher(metrics());
        assertThat(found.find()).as(name).isTrue();
        return Long.parseLong(found.group(1));
    }

    @Test
    void viewersShareWhatIsEncodedAndWhenTheLastIsGoneNothingIs() throws Exception {
        long beganNs = Clock.system().nanoTime();
        List<Socket> clients = new ArrayList<>();
        List<InputStream> streams = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            clients.add(RawHttp.connect(daemon.port()));
            streams.add(open(clients.get(i), "/api/v1/sources/line1/live?fps=5"));
        }
        for (int i = 0; i < 5; i++) {
            for (InputStream stream : streams) {
                part(stream);
            }
        }
        long pictures = counted("pictures");
        double elapsedS = (Clock.system().nanoTime() - beganNs) / 1e9;
        assertThat(pictures).as("5 fps for all eight, however long it took").isLessThan((long) (5 * elapsedS) + 12);
        for (Socket client : clients) {
            client.close();
        }
        Await.until(() -> {
            long before = counted("pictures");
            long frames = daemon.status().total(Counter.FRAMES_PUBLISHED);
            Await.until(() -> daemon.status().total(Counter.FRAMES_PUBLISHED) > frames + 50);
            return counted("pictures") == before;
        });
    }

    @Test
    void aFrameThatNobodyWatchesCostsNoMemory() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (LivePictures pictures = new LivePictures(Clock.system(), new Counters<>(HttpCounter.class))) {
            SourceId source = new SourceId("a");
            MessageKey key = new MessageKey(source, "epoch", "a/epoch/1", 1, 0);
            EncodedMessage message = new EncodedMessage(key, MessageType.FRAME, 1, null, new byte[10]);
            FrameResult frame = (FrameResult) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {FrameResult.class}, (proxy, method, args) -> source);
            passBy(pictures, message, frame);
            long before = threads.getCurrentThreadAllocatedBytes();

            passBy(pictures, message, frame);

            assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                    .as("of 100,000 frames: none of them, whatever the measuring itself takes")
                    .isLessThan(10_000);
        }
    }

    private static void passBy(LivePictures pictures, EncodedMessage message, FrameResult frame) {
        for (int i = 0; i < 100_000; i++) {
            pictures.saw(message, 1);
            pictures.frame(frame, false);
        }
    }
}
