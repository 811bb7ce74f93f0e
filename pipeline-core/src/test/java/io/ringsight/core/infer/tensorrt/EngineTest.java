package io.ringsight.core.infer.tensorrt;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.infer.cuda.CudaDevice;
import io.ringsight.core.infer.cuda.CudaDevices;
import io.ringsight.core.infer.cuda.CudaDouble;
import io.ringsight.core.infer.onnx.TinyOnnx;
import io.ringsight.core.infer.open.Backends;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.cuda.global.cudart;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Engines are kept, checked and rebuilt; what goes wrong is named, counted and leaves nothing behind. */
@Tag("cuda-double")
@Timeout(300)
class EngineTest {
    @TempDir
    private Path folder;

    private CudaDouble device;
    private ModelSpec model;
    private EngineCache cache;
    private Counters<BackendCounter> metrics;

    @BeforeEach
    void load() {
        device = CudaDouble.load().set("seed=3 delay=100");
        model = TensorRtBackendTest.spec(new TinyOnnx().batch(0), folder);
        cache = new EngineCache(folder.resolve("cache"));
        metrics = new Counters<>(BackendCounter.class);
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(device.leaks()).isEmpty();
        assertThat(device.reports()).isEmpty();
    }

    private TensorRtBackend open(int lanes, int maxBatch, boolean graphs) {
        metrics = new Counters<>(BackendCounter.class);
        return TensorRtBackend.open(
                model,
                CudaDevices.probe().devices(),
                new TensorRtBackend.Options(lanes, maxBatch, graphs, cache),
                metrics);
    }

    private void openComputeClose() {
        try (TensorRtBackend backend = open(2, 2, true)) {
            compute(backend);
        }
    }

    private static void compute(InferenceBackend backend) {
        try (NativePictures pictures = new NativePictures()) {
            int shade = 20;
            for (Lane lane : backend.lanes()) {
                for (int rows = 1; rows <= backend.maxBatch(); rows++) {
                    for (int row = 0; row < rows; row++) {
                        lane.load(row, pictures.grey(16, 16, shade + row));
                    }
                    lane.launch(rows);
                    lane.await();
                    for (int row = 0; row < rows; row++) {
                        assertThat(lane.output().get(row * 6 + 5)).isEqualTo(shade + row, within(0.3f));
                    }
                    shade += 20;
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Path engineFile() throws IOException {
        try (Stream<Path> files = Files.list(cache.folder())) {
            return files.filter(file -> file.toString().endsWith(".engine"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private void assertBuilt(int built, int refused) {
        assertThat(metrics.value(BackendCounter.ENGINES_BUILT)).as("built").isEqualTo(built);
        assertThat(metrics.value(BackendCounter.ENGINES_REFUSED)).as("refused").isEqualTo(refused);
    }

    @Test
    void theSecondStartUsesTheFirstOnesEngine() {
        openComputeClose();
        assertBuilt(1, 0);
        openComputeClose();
        assertBuilt(0, 0);
    }

    @Test
    void aTruncatedDamagedOrForeignFileIsBuiltAnew() throws IOException {
        openComputeClose();
        byte[] whole = Files.readAllBytes(engineFile());
        byte[] damaged = whole.clone();
        damaged[whole.length - 7] ^= 1;
        for (byte[] wrong : List.of(Arrays.copyOf(whole, whole.length / 2), damaged, "no engine".getBytes())) {
            Files.write(engineFile(), wrong);
            openComputeClose();
            assertBuilt(1, 1);
            assertThat(Files.readAllBytes(engineFile())).isEqualTo(whole);
        }
    }

    @Test
    void anEngineOfAnotherTensorRtIsStale() throws IOException {
        openComputeClose();
        byte[] engine = Files.readAllBytes(engineFile());
        CudaDevice gpu = CudaDevices.probe().devices().get(0);
        device.set("trt=100700");
        cache.engine(model, gpu, 2).write(CacheKey.engine(model, gpu, 2), ByteBuffer.wrap(engine));
        device.set("trt=100600");
        openComputeClose();
        assertBuilt(1, 1);
        openComputeClose();
        assertBuilt(0, 0);
    }

    @Test
    void anEngineOf010IsBuiltAnewAndReplaced() throws IOException {
        openComputeClose();
        Path file = engineFile();
        Files.copy(getClass().getResourceAsStream("/engine-0.1.0/net.engine"), file, REPLACE_EXISTING);
        openComputeClose();
        assertBuilt(1, 1);
        openComputeClose();
        assertBuilt(0, 0);
    }

    @Test
    void anEngineTensorRtRefusesIsBuiltAnew() throws IOException {
        openComputeClose();
        CudaDevice gpu = CudaDevices.probe().devices().get(0);
        cache.engine(model, gpu, 2)
                .write(CacheKey.engine(model, gpu, 2), ByteBuffer.wrap("whole, but no plan".getBytes()));
        openComputeClose();
        assertBuilt(1, 1);
    }

    @Test
    void aFolderThatCannotBeWrittenCostsOnlyTheNextStart() throws IOException {
        Files.writeString(folder.resolve("cache"), "a file where the folder should be");
        openComputeClose();
        assertBuilt(1, 1);
    }

    @Test
    void tooLittleMemoryIsNamed() {
        device.set("memory=4096");
        assertThatThrownBy(() -> open(2, 2, true)).hasMessageContaining("out of device memory");
        device.set("memory=8589934592 fail=cudaMalloc:2");
        assertThatThrownBy(() -> open(2, 2, true))
                .hasMessageContaining("cudaMalloc failed: cudaErrorMemoryAllocation")
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.isFatal()).isTrue());
    }

    @Test
    void lanesGoRoundTheDevices() {
        device.set("devices=3");
        try (TensorRtBackend backend = open(4, 1, false)) {
            device.reset();
            compute(backend);
            assertThat(device.timeline().stream()
                            .filter(span -> span.kind().equals("network"))
                            .map(CudaDouble.Span::device))
                    .containsExactly(0, 1, 2, 0);
        }
    }

    @Test
    void oneOfSeveralDevicesCanBeChosen() {
        device.set("devices=2");
        try (InferenceBackend backend = Backends.openOne(model, new BackendSpec("cuda:1", 2, 1), metrics, cache)) {
            device.reset();
            compute(backend);
            assertThat(device.timeline()).allMatch(span -> span.device() == 1).isNotEmpty();
        }
        assertThatThrownBy(() -> Backends.openOne(model, new BackendSpec("cuda:2", 2, 1), metrics, cache))
                .hasMessageStartingWith("device 'cuda:2' is not available: this machine has cuda:0 (");
    }

    @Test
    void threadsThatWaitForTheGpuSleep() {
        for (String failure : new String[] {"fail=0", "fail=cudaSetDeviceFlags:1"}) {
            cudart.cudaSetDeviceFlags(0);
            device.set(failure);
            try (TensorRtBackend backend = open(2, 2, true)) {
                compute(backend);
            }
            int[] flags = new int[1];
            cudart.cudaGetDeviceFlags(flags);
            assertThat(flags[0]).isEqualTo(failure.equals("fail=0") ? cudart.cudaDeviceScheduleBlockingSync : 0);
        }
    }

    @Test
    void graphsAreGivenUpWhereRecordingFails() {
        device.set("fail=cudaStreamBeginCapture:2");
        try (TensorRtBackend backend = open(2, 2, true)) {
            assertThat(metrics.value(BackendCounter.GRAPHS_OFF)).isEqualTo(1);
            compute(backend);
        }
    }

    @Test
    void graphsAreGivenUpWhereStartingOneFails() {
        try (TensorRtBackend backend = open(1, 2, true)) {
            device.set("fail=cudaGraphLaunch:1=801"); // not supported
            compute(backend);
            assertThat(metrics.value(BackendCounter.GRAPHS_OFF)).isEqualTo(1);
        }
    }

    @Test
    void withGraphsABatchIsOneCall() {
        try (TensorRtBackend backend = open(1, 1, true)) {
            device.reset();
            compute(backend);
            assertThat(device.calls()).containsEntry("cudaGraphLaunch", 1L).doesNotContainKey("enqueueV3");
        }
        try (TensorRtBackend backend = open(1, 1, false)) {
            device.reset();
            compute(backend);
            assertThat(device.calls()).doesNotContainKey("cudaGraphLaunch");
        }
    }

    /** TensorRT chooses kernels for one batch size a profile: a single picture must not wait for those of sixteen. */
    @ParameterizedTest(name = "graphs: {0}")
    @ValueSource(booleans = {false, true})
    void batchesOfOneEightAndSixteenHaveKernelsOfTheirOwn(boolean graphs) throws InterruptedException {
        try (TensorRtBackend backend = open(1, 16, graphs);
                NativePictures pictures = new NativePictures()) {
            device.reset();
            Lane lane = backend.lanes().get(0);
            for (int rows : new int[] {1, 2, 8, 9, 16}) {
                for (int row = 0; row < rows; row++) {
                    lane.load(row, pictures.grey(16, 16, 40));
                }
                lane.launch(rows);
                lane.await();
            }
            assertThat(device.timeline().stream()
                            .filter(span -> span.kind().equals("network"))
                            .map(CudaDouble.Span::name))
                    .containsExactly(
                            "enqueueV3, best at 1",
                            "enqueueV3, best at 8",
                            "enqueueV3, best at 8",
                            "enqueueV3, best at 16",
                            "enqueueV3, best at 16");
        }
    }

    @Test
    void theContextsOfALaneShareOneBlockOfMemory() {
        try (TensorRtBackend backend = open(2, 2, true)) {
            compute(backend);
            assertThat(device.leaks()).noneMatch(line -> line.contains("memory, IExecutionContext"));
        }
    }

    /** A graph that cannot be launched is done without; a GPU that was contained must not be used any more. */
    @Test
    void aContainedErrorIsTheEndOfTheGpu() throws InterruptedException {
        try (TensorRtBackend backend = open(1, 1, true);
                NativePictures pictures = new NativePictures()) {
            Lane lane = backend.lanes().get(0);
            lane.load(0, pictures.grey(16, 16, 40));
            device.set("sticky=1 fail=cudaGraphLaunch:1=226");
            assertThatThrownBy(() -> lane.launch(1))
                    .hasMessageContaining("cudaGraphLaunch failed: cudaErrorContained")
                    .isInstanceOfSatisfying(
                            InferenceException.class,
                            e -> assertThat(e.isFatal()).isTrue());
            assertThat(metrics.value(BackendCounter.GRAPHS_OFF)).isZero();
            device.reset();
        }
    }

    @Test
    void aGpuThatIsTooOldIsLeftOutAndTheOthersCompute() {
        device.set("devices=2 lastcc=61");
        try (TensorRtBackend backend = open(2, 1, true)) {
            device.reset();
            compute(backend);
            assertThat(device.timeline()).allMatch(span -> span.device() == 0).isNotEmpty();
        }
        assertThatThrownBy(() -> Backends.openOne(model, new BackendSpec("cuda:1", 1, 1), metrics, cache))
                .hasMessage("device 'cuda:1' is not available: CPU double (cuda:1) has compute capability 6.1,"
                        + " TensorRT 10 needs 7.5 (Turing) or newer");
        device.set("devices=1 lastcc=61");
        assertThat(CudaDevices.probe().devices()).isEmpty();
        assertThat(CudaDevices.probe().reason())
                .isEqualTo("CPU double (cuda:0) has compute capability 6.1, TensorRT 10 needs 7.5 (Turing) or newer");
    }
}
