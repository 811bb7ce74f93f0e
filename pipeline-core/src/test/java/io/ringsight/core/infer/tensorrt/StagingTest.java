package io.ringsight.core.infer.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.MemoryKind;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.infer.StagedPicture;
import io.ringsight.core.infer.Staging;
import io.ringsight.core.infer.cuda.CudaDouble;
import io.ringsight.core.infer.onnx.TinyOnnx;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.IntakeSpec;
import io.ringsight.core.pipeline.Pipeline;
import io.ringsight.core.pipeline.RecordedResults;
import io.ringsight.core.preprocess.Crop;
import io.ringsight.core.run.Threads;
import io.ringsight.core.time.Clock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pictures are copied by the threads of their cameras, not by the one that loads all lanes. */
@Tag("cuda-double")
@Timeout(300)
class StagingTest {
    private static final int CAMERAS = 32;
    private static final int FRAMES = 30;

    @TempDir
    private Path folder;

    private CudaDouble device;

    @BeforeEach
    void load() {
        device = CudaDouble.load().set("delay=500 seed=12");
    }

    @AfterEach
    void nothingIsWrongOrLeft() {
        assertThat(device.reports()).isEmpty();
        assertThat(device.leaks()).isEmpty();
    }

    private DoubleRun run() {
        return new DoubleRun(new TinyOnnx().batch(0), folder);
    }

    @Test
    void theLaneReadsTheCopy() throws InterruptedException {
        try (InferenceBackend backend = run().open(1, 1, true);
                NativePictures pictures = new NativePictures()) {
            for (int side : new int[] {96, 40, 160}) {
                Picture picture = pictures.grey(side, side, 200);
                StagedPicture staged = backend.staging().orElseThrow().stage(picture);
                paint(picture, side, 50);
                assertThat(computed(backend, picture, staged)).isCloseTo(200, within(0.5f));
                assertThat(computed(backend, picture, null)).isCloseTo(50, within(0.5f));
                staged.giveBack();
            }
        }
    }

    /** A part of a picture, and a copy for a network of another size, are copied by the lane. */
    @Test
    void aCopyThatIsNotOfTheSameIsNotRead() throws InterruptedException {
        try (InferenceBackend backend = run().open(1, 1, false);
                NativePictures pictures = new NativePictures()) {
            Picture picture = pictures.grey(96, 96, 200);
            StagedPicture staged = backend.staging().orElseThrow().stage(picture);
            paint(picture, 96, 50);
            Crop part = new Crop();
            part.set(0, 0, 64, 64);
            Lane lane = backend.lanes().get(0);
            lane.load(0, picture, part, staged);
            lane.launch(1);
            lane.await();
            assertThat(lane.output().get(5)).isCloseTo(50, within(0.5f));
            staged.giveBack();
            assertThat(computed(backend, picture, () -> {})).isCloseTo(50, within(0.5f));
        }
    }

    @Test
    void whatTheKernelCannotReadAsACopyIsNotCopied() {
        try (InferenceBackend backend = run().open(1, 1, false);
                NativePictures pictures = new NativePictures()) {
            Staging staging = backend.staging().orElseThrow();
            Picture picture = pictures.grey(96, 96, 200);
            picture.plane(0, picture.planeAddress(0) + 95 * 96, -96);
            assertThat(staging.stage(picture)).as("bottom up").isNull();
            picture.layout(96, 96, 9_999);
            assertThat(staging.stage(picture)).as("a format it does not know").isNull();
            Picture onGpu = pictures.grey(96, 96, 200);
            onGpu.memory(MemoryKind.CUDA);
            assertThat(staging.stage(onGpu)).as("on the GPU").isNull();
        }
    }

    @Test
    void withoutMemoryForCopiesLanesCopy() throws InterruptedException {
        try (InferenceBackend backend = run().open(1, 1, false);
                NativePictures pictures = new NativePictures()) {
            Picture picture = pictures.grey(96, 96, 200);
            device.set("fail=cudaHostAlloc:1");
            assertThat(backend.staging().orElseThrow().stage(picture)).isNull();
            assertThat(backend.staging().orElseThrow().stage(picture))
                    .as("tried once")
                    .isNull();
            assertThat(computed(backend, picture, null)).isCloseTo(200, within(0.5f));
        }
    }

    private static float computed(InferenceBackend backend, Picture picture, StagedPicture staged)
            throws InterruptedException {
        Crop whole = new Crop();
        whole.whole(picture);
        Lane lane = backend.lanes().get(0);
        lane.load(0, picture, whole, staged);
        lane.launch(1);
        lane.await();
        return lane.output().get(5);
    }

    private static void paint(Picture picture, int side, int shade) {
        Pointer.memset(new At(picture.planeAddress(0)), shade, (long) side * side);
    }

    private static final class At extends Pointer {
        At(long address) {
            this.address = address;
        }
    }

    /** Two devices, 32 cameras: each copies its own pictures, each frame has its own result, in its camera's order. */
    @Test
    void noThreadCopiesForAllCameras() throws InterruptedException {
        device.set("devices=2");
        Map<String, Set<String>> copiers = new ConcurrentHashMap<>();
        RecordedResults results = new RecordedResults();
        DoubleRun run = run();
        try (InferenceBackend backend = new Watched(run.open(4, 8, true), copiers);
                NativePictures memory = new NativePictures();
                Pipeline pipeline = new Pipeline(
                        128,
                        new DetectorSwitch(new Detector(run.model(), 0.05f, backend)),
                        List.of(results),
                        Clock.system())) {
            List<Thread> cameras = new ArrayList<>();
            for (int i = 0; i < CAMERAS; i++) {
                FrameIntake intake = pipeline.connect(new IntakeSpec(new SourceId("camera" + i), true, 4, 0, 0));
                Picture[] pool = new Picture[8];
                for (int k = 0; k < pool.length; k++) {
                    pool[k] = memory.grey(160, 160, DoubleRun.shade(i));
                    pool[k].release();
                }
                cameras.add(Threads.start("camera" + i, () -> offer(intake, pool)));
            }
            assertThat(Threads.join(cameras, Clock.system(), 60_000)).isEmpty();
            assertThat(pipeline.drain(60_000)).isTrue();
            assertThat(pipeline.stop(60_000)).isEmpty();
        }
        assertThat(copiers.keySet()).hasSize(CAMERAS).allMatch(thread -> thread.startsWith("camera"));
        for (int i = 0; i < CAMERAS; i++) {
            String camera = "camera" + i;
            int shade = DoubleRun.shade(i);
            assertThat(results.all().stream().filter(one -> one.source().equals(camera)))
                    .hasSize(FRAMES)
                    .allMatch(one -> one.classId() == shade)
                    .isSortedAccordingTo((one, other) -> Long.compare(one.frameSeq(), other.frameSeq()));
        }
        assertThat(device.timeline().stream().map(CudaDouble.Span::device)).contains(0, 1);
    }

    private static void offer(FrameIntake intake, Picture[] pool) {
        try {
            for (int n = 0; n < FRAMES; n++) {
                int next = 0;
                while (!pool[next].tryAcquire()) {
                    next = (next + 1) % pool.length;
                    Thread.onSpinWait();
                }
                intake.offer(pool[next]);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A backend that notes which thread copied. */
    private record Watched(InferenceBackend real, Map<String, Set<String>> copiers) implements InferenceBackend {
        @Override
        public Optional<Staging> staging() {
            return real.staging().map(staging -> picture -> {
                copiers.computeIfAbsent(Thread.currentThread().getName(), name -> ConcurrentHashMap.newKeySet());
                return staging.stage(picture);
            });
        }

        @Override
        public String name() {
            return real.name();
        }

        @Override
        public List<Lane> lanes() {
            return real.lanes();
        }

        @Override
        public int maxBatch() {
            return real.maxBatch();
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
