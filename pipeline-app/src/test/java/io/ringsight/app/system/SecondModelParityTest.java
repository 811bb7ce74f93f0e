package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.ObjectAttribute;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.detector.SecondModel;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.cuda.CudaDouble;
import io.ringsight.core.infer.onnx.TinyOnnx;
import io.ringsight.core.infer.open.Backends;
import io.ringsight.core.infer.tensorrt.EngineCache;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.IntakeSpec;
import io.ringsight.core.pipeline.Pipeline;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.pipeline.SourceAccounts;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A second classifier, of logits and of probabilities, and a second detector say of objects what ONNX Runtime and OpenCV say
 * in Python ({@code scripts/rig/second_reference.py}): on the CPU, and on the double of CUDA and TensorRT whatever its delays,
 * lanes, batches and graphs.
 */
@Tag("cuda-double")
@Timeout(300)
class SecondModelParityTest {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 480;
    private static final int FRAMES = 12;
    /** Small, elongated, at each corner, larger than a square may be. */
    private static final float[][] BOXES = {
        {0, 0, 30, 20},
        {604, 444, 36, 35},
        {101, 99, 64, 32},
        {300.5f, 203.25f, 151, 99},
        {5, 300, 12, 13},
        {180, 0, 401, 480},
        {620, 3, 19, 60},
        {250, 399, 90, 80}
    };
    /** Pixels of the picture for one of the first model's input, in which it begins at line 2. */
    private static final int SHRUNK = WIDTH / FakeBackend.SIZE;

    private static final int TOP = 2;

    @TempDir
    private Path folder;

    private final NativePictures pictures = new NativePictures();
    private final List<byte[]> pixels = new ArrayList<>();
    private final Map<String, ModelSpec> models = new LinkedHashMap<>();
    /** The objects as the first model gave them: a line each for Python. */
    private final List<String> objects = new ArrayList<>();

    private CudaDouble device;

    /** What was said of one object; no box of a classifier. */
    private record Said(int classId, double confidence, double[] box) {}

    @BeforeEach
    void make() throws Exception {
        device = CudaDouble.load();
        Files.createDirectories(folder.resolve("reference"));
        add("logits", new TinyOnnx().batch(0).classifier(false));
        add("probabilities", new TinyOnnx().batch(0).classifier(true));
        add("part", new TinyOnnx().batch(0).wholeClasses().box(2, 3, 11, 13));
        for (int frame = 0; frame < FRAMES; frame++) {
            pixels.add(paint(frame));
            Files.write(folder.resolve("reference/" + (frame + 1) + ".rgb"), pixels.get(frame));
        }
    }

    private void add(String name, TinyOnnx model) throws Exception {
        models.put(name, ModelYaml.read(model.write(folder.resolve("reference/" + name + ".onnx"))));
    }

    /** Colours that change slowly, and in each frame otherwise: what is compared is the place, not how edges are sampled. */
    private static byte[] paint(int frame) {
        byte[] rgb = new byte[WIDTH * HEIGHT * 3];
        for (int at = 0; at < rgb.length; at++) {
            double x = at / 3 % WIDTH / (double) WIDTH;
            double y = at / 3 / WIDTH / (double) HEIGHT;
            double phase = frame * 0.7 + at % 3 * 2.1;
            rgb[at] = (byte) (127.5 + 120 * Math.sin(phase + 5 * x + (3 - at % 3) * y));
        }
        return rgb;
    }

    @AfterEach
    void close() {
        pictures.close();
    }

    @Test
    void theCpuSaysWhatPythonSays() throws Exception {
        Path python = Rig.needPython();
        Map<String, Said> said = run(new BackendSpec("cpu", 2, 3));
        assertThat(said).hasSize(FRAMES * BOXES.length * models.size());
        assertSame("Python", python(python), said);
    }

    @Test
    void theDoubleSaysWhatTheCpuSays() throws Exception {
        Map<String, Said> expected = run(new BackendSpec("cpu", 0, 1));
        for (int lanes = 1; lanes <= 3; lanes++) {
            for (int batch : new int[] {1, 4}) {
                device.set("seed=" + (10 * lanes + batch) + " delay=2000");
                device.reset();
                String how = lanes + " lanes of batch " + batch;
                assertSame(how, expected, run(new BackendSpec("cuda", lanes, batch, lanes > 1)));
                if (batch > 1) {
                    assertThat(device.timeline()).as(how).anyMatch(span -> span.rows() > 1);
                }
                assertThat(device.reports()).as(how).isEmpty();
                assertThat(device.leaks()).as(how).isEmpty();
            }
        }
        System.out.println("second models: " + expected.size() + " answers, the same on the double 6 times");
    }

    private Map<String, Said> python(Path python) throws Exception {
        Files.write(folder.resolve("reference/objects.txt"), objects);
        Process process = new ProcessBuilder(
                        python.toString(),
                        Rig.file("second_reference.py"),
                        folder.resolve("reference").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        Map<String, Said> said = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ");
            double[] box = new double[words.length - 5];
            for (int i = 0; i < box.length; i++) {
                box[i] = Double.parseDouble(words[5 + i]);
            }
            said.put(
                    words[0] + " " + words[1] + " " + words[2],
                    new Said(Integer.parseInt(words[3]), Double.parseDouble(words[4]), box));
        }
        return said;
    }

    /** Shades may be off by rounding: one in the class of the detector, which is a shade, and as much in confidences. */
    private static void assertSame(String by, Map<String, Said> expected, Map<String, Said> said) {
        assertThat(said.keySet()).as(by).isEqualTo(expected.keySet());
        expected.forEach((what, wanted) -> {
            Said got = said.get(what);
            assertThat(got.classId())
                    .as("%s: %s", by, what)
                    .isCloseTo(wanted.classId(), within(what.endsWith("part") ? 2 : 0));
            assertThat(got.confidence()).as("%s: %s", by, what).isCloseTo(wanted.confidence(), within(0.02));
            assertThat(got.box()).as("%s: %s", by, what).containsExactly(wanted.box(), within(0.01));
        });
    }

    private Map<String, Said> run(BackendSpec spec) throws InterruptedException, IOException {
        Map<String, Said> said = new LinkedHashMap<>();
        objects.clear();
        List<SecondModel> seconds = new ArrayList<>();
        EngineCache cache = new EngineCache(folder.resolve("cache"));
        Counters<BackendCounter> metrics = new Counters<>(BackendCounter.class);
        models.forEach((name, model) -> seconds.add(new SecondModel(
                name,
                first -> WantedClasses.ALL,
                BOXES.length,
                new DetectorSwitch(model, 0, Backends.open(model, spec, metrics, cache), metrics))));
        DetectorSwitch first = FakeBackend.computing(new FakeBackend(2, 1), (output, row, threshold, into) -> {
            for (float[] box : BOXES) {
                into.add(box[0] / SHRUNK, TOP + box[1] / SHRUNK, box[2] / SHRUNK, box[3] / SHRUNK, 0.9f, 0);
            }
        });
        try (Pipeline pipeline = new Pipeline(
                16, first, seconds, List.of(new Noting(said)), Clock.system(), new SourceAccounts(Clock.system()))) {
            FrameIntake intake = pipeline.connect(new IntakeSpec(new SourceId("file"), true, 8, 0, 0));
            for (byte[] rgb : pixels) {
                Picture picture = pictures.packed(WIDTH, HEIGHT, PixelFormat.RGB24, rgb);
                picture.captured(Picture.UNKNOWN, 0, CaptureClock.FILE, 0);
                intake.offer(picture);
            }
            assertThat(pipeline.drain(120_000)).isTrue();
        }
        seconds.forEach(second -> second.detectors().close());
        return said;
    }

    /** Notes what was said, by frame, object and model. */
    private final class Noting implements ResultSink {
        private final Map<String, Said> said;

        Noting(Map<String, Said> said) {
            this.said = said;
        }

        @Override
        public void frame(FrameResult result, boolean lossless) {
            Detections found = result.detections();
            for (int i = 0; i < found.size(); i++) {
                objects.add(result.frameSeq() + " " + WIDTH + " " + HEIGHT + " " + found.left(i) + " " + found.top(i)
                        + " " + found.width(i) + " " + found.height(i));
                for (ObjectAttribute attribute : result.attributes()) {
                    assertThat(attribute.state(i)).isEqualTo(ObjectAttribute.State.KNOWN);
                    said.put(result.frameSeq() + " " + i + " " + attribute.name(), said(attribute, attribute.first(i)));
                }
            }
        }

        private Said said(ObjectAttribute attribute, int at) {
            Detections found = attribute.found();
            double[] box = attribute.model().output().head().isClassifier()
                    ? new double[0]
                    : new double[] {found.left(at), found.top(at), found.width(at), found.height(at)};
            return new Said(found.classId(at), found.confidence(at), box);
        }

        @Override
        public void gap(Gap gap, boolean lossless) {
            throw new AssertionError("a recording has no gaps: " + gap);
        }
    }
}
