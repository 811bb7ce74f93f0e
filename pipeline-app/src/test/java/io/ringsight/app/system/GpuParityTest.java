package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.app.config.model.ModelYaml;
import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.infer.cuda.CudaDouble;
import io.ringsight.core.infer.open.Backends;
import io.ringsight.core.infer.tensorrt.EngineCache;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.IntakeSpec;
import io.ringsight.core.pipeline.Look;
import io.ringsight.core.pipeline.PassingIntake;
import io.ringsight.core.pipeline.Pipeline;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.preprocess.TileSpec;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The GPU finds in videos what the CPU finds: the same objects in each frame, whatever the delays on the device,
 * the number of lanes, the batch and the use of graphs. On the CPU double of CUDA and TensorRT.
 *
 * <p>By default some combinations over the videos' beginnings. {@code -Dringsight.parity.frames=N} sets the frames of a
 * video (0: all), {@code -Dringsight.parity.seeds=N} runs every combination of N seeds.
 */
@Tag("cuda-double")
@Tag("shared")
class GpuParityTest {
    private static final int FRAMES = Integer.getInteger("ringsight.parity.frames", 40);
    private static final int SEEDS = Integer.getInteger("ringsight.parity.seeds", 0);
    private static final int MAX_DELAY_US = 3_000;
    private static final double MIN_OVERLAP = 0.99;
    private static final float CONFIDENCE_TOLERANCE = 0.01f;
    private static final long DRAIN_MS = 120_000;

    @TempDir
    private Path folder;

    private CudaDouble device;
    private Look look = Look.WHOLE;

    /** How a run on the device goes. */
    private record Combination(int seed, int lanes, int maxBatch, boolean graphs) {}

    /** One object. */
    private record Found(int classId, float confidence, float left, float top, float width, float height) {
        double overlap(Found other) {
            double x = Math.min(left + width, other.left + other.width) - Math.max(left, other.left);
            double y = Math.min(top + height, other.top + other.height) - Math.max(top, other.top);
            double common = Math.max(0, x) * Math.max(0, y);
            return common / ((double) width * height + (double) other.width * other.height - common);
        }
    }

    @BeforeEach
    void load() {
        device = CudaDouble.load();
    }

    @Test
    @Timeout(7_200)
    void boards() throws Exception {
        Path shared = Rig.needShared();
        compare(
                ofFreeBatch(shared.resolve("models/pcb-defect-baseline.onnx")),
                shared.resolve("data/clips/pcb-dev.mp4"));
    }

    @Test
    @Timeout(7_200)
    void street() throws Exception {
        compare(
                Rig.needShared().resolve("models/yolov10n.onnx"),
                Rig.needShared().resolve("data/clips/street-vehicles.mp4"));
    }

    /** Tiles of batches that hold parts of several frames, and frames that take several batches. */
    @Test
    @Timeout(7_200)
    void boardsInTiles() throws Exception {
        Path shared = Rig.needShared();
        look = new Look(new TileSpec(2, 2, 0, true));
        compare(
                ofFreeBatch(shared.resolve("models/pcb-defect-baseline.onnx")),
                shared.resolve("data/clips/pcb-dev.mp4"));
    }

    /**
     * The same network for batches of any size: the first dimension of input and output, of size 1 in the file, becomes
     * one without a size. This network has no layer that relies on it (YOLOv10's attention has: it stays at 1).
     */
    private Path ofFreeBatch(Path onnx) throws IOException {
        byte[] bytes = Files.readAllBytes(onnx);
        // Dimensions as protobuf writes them: 1, 3, 640, 640 and 1, 300, 6.
        free(bytes, "0a0208010a0208030a030880050a03088005");
        free(bytes, "0a0208010a0308ac020a020806");
        return Files.write(folder.resolve("free-batch.onnx"), bytes);
    }

    private static void free(byte[] file, String dimensions) {
        byte[] wanted = HexFormat.of().parseHex(dimensions);
        for (int at = 0; at + wanted.length <= file.length; at++) {
            if (Arrays.equals(file, at, at + wanted.length, wanted, 0, wanted.length)) {
                file[at + 2] = 0x12; // in place of a value of 1 a name of no letters
                file[at + 3] = 0;
                return;
            }
        }
        throw new AssertionError("the model has no tensor of dimensions " + dimensions);
    }

    private void compare(Path modelFile, Path video) throws Exception {
        ModelSpec model = ModelYaml.read(modelFile);
        List<List<Found>> expected = run(model, video, new BackendSpec("cpu", 0, 1));
        assertThat(expected.stream().mapToInt(List::size).sum()).isPositive();
        System.out.println(video.getFileName() + ": " + expected.size() + " frames, "
                + expected.stream().mapToInt(List::size).sum() + " objects, "
                + combinations().size()
                + " combinations");
        for (Combination combination : combinations()) {
            device.set("seed=" + combination.seed() + " delay=" + MAX_DELAY_US);
            device.reset();
            BackendSpec spec =
                    new BackendSpec("cuda", combination.lanes(), combination.maxBatch(), combination.graphs());
            List<List<Found>> found = run(model, video, spec);
            assertSame(combination, expected, found);
            if (combination.maxBatch() > 1 && model.input().fixedBatch() == 0) {
                assertThat(device.timeline()).as("%s: batches", combination).anyMatch(span -> span.rows() > 1);
            }
            assertThat(device.reports()).as("%s", combination).isEmpty();
            assertThat(device.leaks()).as("%s", combination).isEmpty();
            System.out.println(video.getFileName() + ": the same objects with " + combination);
        }
    }

    private static List<Combination> combinations() {
        List<Combination> all = new ArrayList<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            for (int lanes = 1; lanes <= 4; lanes++) {
                for (int batch : new int[] {1, 4}) {
                    all.add(new Combination(seed, lanes, batch, false));
                    all.add(new Combination(seed, lanes, batch, true));
                }
            }
        }
        if (all.isEmpty()) {
            for (int lanes = 1; lanes <= 4; lanes++) {
                all.add(new Combination(100 + lanes, lanes, lanes % 2 == 0 ? 4 : 1, lanes > 2));
            }
        }
        return all;
    }

    private List<List<Found>> run(ModelSpec model, Path video, BackendSpec spec) throws Exception {
        Recorder recorder = new Recorder();
        Counters<BackendCounter> metrics = new Counters<>(BackendCounter.class);
        Opened opened = Backends.open(model, spec, metrics, new EngineCache(folder.resolve("cache")));
        try (DetectorSwitch detectors = new DetectorSwitch(model, model.threshold(), opened, metrics);
                Pipeline pipeline = new Pipeline(64, detectors, List.of(recorder), Clock.system())) {
            FrameIntake intake = pipeline.connect(new IntakeSpec(
                    new SourceId("video"),
                    true,
                    pipeline.creditsForRecording(),
                    0,
                    0,
                    new IntakeSpec.Sight(look, labels -> WantedClasses.ALL),
                    AnalysisSpec.NONE,
                    null));
            try (Source source =
                    Sources.open(SourceSpec.recording(video), Clock.system(), pipeline.creditsForRecording() + 2)) {
                source.run(new Beginning(intake, source));
                assertThat(pipeline.drain(DRAIN_MS)).isTrue();
            }
        }
        return recorder.frames;
    }

    private static void assertSame(Combination combination, List<List<Found>> expected, List<List<Found>> found) {
        assertThat(found).as("%s: frames", combination).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            List<Found> left = new ArrayList<>(found.get(i));
            for (Found object : expected.get(i)) {
                Found nearest = left.stream()
                        .filter(other -> other.classId() == object.classId())
                        .max((a, b) -> Double.compare(object.overlap(a), object.overlap(b)))
                        .orElse(null);
                assertThat(nearest)
                        .as("%s: frame %s: %s among %s", combination, i + 1, object, left)
                        .isNotNull();
                left.remove(nearest);
                assertThat(object.overlap(nearest))
                        .as("%s: frame %s: %s and %s", combination, i + 1, object, nearest)
                        .isGreaterThanOrEqualTo(MIN_OVERLAP);
                assertThat(nearest.confidence())
                        .as("%s: frame %s: %s", combination, i + 1, object)
                        .isCloseTo(object.confidence(), within(CONFIDENCE_TOLERANCE));
            }
            assertThat(left).as("%s: frame %s: too many", combination, i + 1).isEmpty();
        }
    }

    /** Copies what was found, a list a frame; frames that failed are missing. */
    private static final class Recorder implements ResultSink {
        private final List<List<Found>> frames = new ArrayList<>();

        @Override
        public void frame(FrameResult result, boolean lossless) {
            List<Found> objects = new ArrayList<>();
            Detections found = result.detections();
            for (int i = 0; i < found.size(); i++) {
                objects.add(new Found(
                        found.classId(i),
                        found.confidence(i),
                        found.left(i),
                        found.top(i),
                        found.width(i),
                        found.height(i)));
            }
            frames.add(objects);
        }

        @Override
        public void gap(Gap gap, boolean lossless) {
            throw new AssertionError("a video has no gaps: " + gap);
        }
    }

    /** Lets the first frames through and stops the source then. */
    private static final class Beginning implements PassingIntake {
        private final FrameIntake intake;
        private final Source source;
        private int frames;

        Beginning(FrameIntake intake, Source source) {
            this.intake = intake;
            this.source = source;
        }

        @Override
        public void offer(Picture picture) throws InterruptedException {
            if (FRAMES > 0 && frames >= FRAMES) {
                source.stop();
                picture.release();
                return;
            }
            frames++;
            intake.offer(picture);
        }

        @Override
        public void lost(GapReason reason, int lost) {
            intake.lost(reason, lost);
        }

        @Override
        public FrameIntake next() {
            return intake;
        }
    }
}
