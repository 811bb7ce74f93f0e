package io.ringsight.core.infer.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.core.frame.ColorMatrix;
import io.ringsight.core.frame.ColorRange;
import io.ringsight.core.frame.MemoryKind;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.infer.cuda.CudaDouble;
import io.ringsight.core.infer.cuda.DeviceBuffer;
import io.ringsight.core.infer.cuda.PinnedBuffer;
import io.ringsight.core.infer.cuda.Stream;
import io.ringsight.core.infer.onnx.TinyOnnx;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Order, results and memory of the lanes under shaken timing. */
@Tag("cuda-double")
@Timeout(300)
class TensorRtStreamsTest {
    private static final int PAGE = 4096;
    private static final int SIDE = 96;

    @TempDir
    private Path folder;

    private CudaDouble device;

    @BeforeEach
    void load() {
        device = CudaDouble.load();
    }

    @AfterEach
    void nothingIsWrongOrLeft() {
        assertThat(device.reports()).isEmpty();
        assertThat(device.leaks()).isEmpty();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void keepsEachFramesResultWhateverTheTiming(long seed) throws InterruptedException {
        device.set("delay=1500 seed=" + seed);
        DoubleRun run = new DoubleRun(new TinyOnnx().batch(0), folder).decodeNs(seed % 2 == 0 ? 1_000_000 : 0);
        run.assertRuns(1 + (int) (seed % 4), seed % 3 == 0 ? 4 : 1, seed % 2 == 1, 60);
    }

    @Test
    void goesRoundSeveralDevices() throws InterruptedException {
        device.set("devices=2 delay=500 seed=3");
        new DoubleRun(new TinyOnnx().batch(0), folder).assertRuns(3, 2, true, 60);
        assertThat(device.timeline()).extracting(CudaDouble.Span::device).contains(0, 1);
    }

    /**
     * The dispatcher does so when a picture's kernel cannot be launched: the next takes its row. Pictures that are
     * stored bottom up are not the kernel's: the host letterboxes them.
     */
    @ParameterizedTest(name = "letterboxed by the host: {0}")
    @ValueSource(booleans = {false, true})
    void guardsTheStagingOfARowThatIsLoadedTwice(boolean byHost) throws InterruptedException {
        device.set("delay=3000 seed=9");
        DoubleRun run = new DoubleRun(new TinyOnnx(), folder);
        try (InferenceBackend backend = run.open(1, 1, false);
                NativePictures pictures = new NativePictures()) {
            Lane lane = backend.lanes().get(0);
            for (int i = 1; i < 10; i++) {
                lane.load(0, picture(pictures, 96, 250, byHost));
                // Larger than any before: the buffers that the first picture's kernel reads are replaced.
                lane.load(0, picture(pictures, 96 + 8 * i, 20 * i, byHost));
                lane.launch(1);
                lane.await();
                assertThat(lane.output().get(5)).isCloseTo(20 * i, within(0.5f));
            }
        }
    }

    private static Picture picture(NativePictures pictures, int side, int shade, boolean bottomUp) {
        Picture picture = pictures.grey(side, side, shade);
        if (bottomUp) {
            picture.plane(0, picture.planeAddress(0) + (long) (side - 1) * side, -side);
        }
        return picture;
    }

    /** Pictures on the device are read where they lie: who is told of the failure may free them at once. */
    @Test
    void isThroughWithPicturesOnTheDeviceWhenALaunchFailed() throws InterruptedException {
        device.set("delay=3000 seed=4");
        DoubleRun run = new DoubleRun(new TinyOnnx(), folder);
        try (InferenceBackend backend = run.open(1, 1, false)) {
            Lane lane = backend.lanes().get(0);
            try (DeviceBuffer planes = nv12(120)) {
                lane.load(0, onDevice(planes));
                lane.launch(1);
                lane.await();
                assertThat(lane.output().get(5)).isCloseTo(120, within(0.5f));
            }
            device.set("fail=enqueueV3:1");
            try (DeviceBuffer planes = nv12(60)) {
                lane.load(0, onDevice(planes));
                assertThatThrownBy(() -> lane.launch(1)).hasMessageContaining("enqueueV3");
            }
        }
    }

    private static DeviceBuffer nv12(int shade) {
        DeviceBuffer planes = DeviceBuffer.open(SIDE * SIDE * 3 / 2);
        try (Stream stream = Stream.open();
                PinnedBuffer host = PinnedBuffer.open(planes.bytes())) {
            Pointer.memset(host.pointer(), 128, host.bytes());
            Pointer.memset(host.pointer(), shade, SIDE * SIDE);
            planes.copyFrom(host, host.bytes(), stream);
            stream.synchronize();
        }
        return planes;
    }

    private static Picture onDevice(DeviceBuffer planes) {
        Picture picture = new Picture();
        picture.tryAcquire();
        picture.layout(SIDE, SIDE, PixelFormat.NV12);
        picture.color(ColorMatrix.BT601, ColorRange.FULL);
        picture.memory(MemoryKind.CUDA);
        picture.plane(0, planes.address(), SIDE);
        picture.plane(1, planes.address() + SIDE * SIDE, SIDE);
        return picture;
    }

    @Test
    void keepsItsMemoryOverTenThousandFrames() throws InterruptedException {
        device.set("timeline=0 seed=5");
        DoubleRun run = new DoubleRun(new TinyOnnx().batch(0), folder);
        try (InferenceBackend backend = run.open(3, 4, true)) {
            run.run(backend, 1_000);
            Map<String, Long> before = device.totals();
            long residentBefore = resident();
            DoubleRun.assertRight(run.run(backend, 10_000), 10_000);
            assertThat(device.totals()).isEqualTo(before);
            assertThat(resident() - residentBefore).as("bytes of the process").isLessThan(48L << 20);
        }
        assertThat(device.calls()).doesNotContainKey("(pageable copy)");
    }

    /** Resident memory after a collection of garbage: the heap's size is left out. */
    private static long resident() {
        System.gc();
        return Pointer.physicalBytes()
                - ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted() / PAGE * PAGE;
    }
}
