package io.ringsight.core.infer.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.preprocess.Crop;
import io.ringsight.core.preprocess.HostLetterbox;
import io.ringsight.core.preprocess.Letterbox;
import io.ringsight.core.preprocess.TensorRow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel as the GPU path calls it: compiled and kept, launched through the runtime, on the CPU double. */
@Tag("cuda-double")
class CudaLetterboxTest {
    private static final ModelInput INPUT = new ModelInput(
            "images",
            96,
            64,
            TensorType.FLOAT32,
            ChannelOrder.RGB,
            1 / 255f,
            new ModelInput.Padding(Placement.CENTER, 114),
            1);

    private final NativePictures pictures = new NativePictures();
    private CudaDouble device;

    @TempDir
    Path cache;

    @BeforeEach
    void load() {
        device = CudaDouble.load();
        device.set("seed=11 delay=500");
        Cuda.use(0);
    }

    @AfterEach
    void nothingIsLeftOrWrong() {
        pictures.close();
        assertThat(device.leaks()).isEmpty();
        assertThat(device.reports()).isEmpty();
    }

    private static CudaDevice gpu() {
        return CudaDevices.probe().devices().get(0);
    }

    @Test
    void makesOfEachPictureWhatTheCpuMakesOfIt() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int bytes = TensorRow.bytes(INPUT);
        PackedPicture packed = new PackedPicture();
        try (CudaLetterbox letterbox = CudaLetterbox.open(gpu(), INPUT, cache);
                LetterboxArguments arguments = new LetterboxArguments(INPUT);
                io.ringsight.core.infer.cuda.Stream stream = io.ringsight.core.infer.cuda.Stream.open();
                PinnedBuffer staging = PinnedBuffer.open(8 << 20);
                DeviceBuffer block = DeviceBuffer.open(8 << 20);
                DeviceBuffer row = DeviceBuffer.open(bytes);
                PinnedBuffer result = PinnedBuffer.open(bytes);
                HostLetterbox host = new HostLetterbox(INPUT)) {
            for (int turn = 0; turn < 2 * RandomPicture.formats(); turn++) {
                Picture whole = RandomPicture.of(random, turn % RandomPicture.formats(), pictures)
                        .picture();
                Picture picture = turn < RandomPicture.formats() ? whole : part(whole, random);
                PictureLayout layout = PictureLayout.of(picture.pixelFormat());
                ByteBuffer expected = TensorRow.allocate(bytes);
                Letterbox box = host.load(picture, new TensorRow(expected));
                packed.plan(picture, layout, box);
                packed.copy(picture, staging.address());
                block.copyFrom(staging, packed.bytes(), stream);
                arguments.packed(picture, packed, block.address(), row.address());
                letterbox.launch(arguments, stream);
                result.copyFrom(row, bytes, stream);
                stream.synchronize();
                assertThat(largest(result.buffer(), expected))
                        .as("format %d, %dx%d, seed %d", picture.pixelFormat(), picture.width(), picture.height(), seed)
                        .isLessThanOrEqualTo(3 / 255f);
            }
        }
    }

    /** No smaller or slimmer than whole pictures here are. */
    private static Picture part(Picture whole, Random random) {
        int height = RandomPicture.LEAST + random.nextInt(whole.height() - RandomPicture.LEAST + 1);
        int leastWidth = Math.min(whole.width(), Math.max(RandomPicture.LEAST, height / 4));
        int width = leastWidth + random.nextInt(whole.width() - leastWidth + 1);
        int left = random.nextInt(whole.width() - width + 1) / Crop.GRID * Crop.GRID;
        int top = random.nextInt(whole.height() - height + 1) / Crop.GRID * Crop.GRID;
        Crop crop = new Crop();
        crop.set(left, top, width, height);
        return crop.of(whole);
    }

    private static float largest(ByteBuffer one, ByteBuffer other) {
        float most = 0;
        for (int i = 0; i < one.capacity(); i += Float.BYTES) {
            most = Math.max(most, Math.abs(one.getFloat(i) - other.getFloat(i)));
        }
        return most;
    }

    @Test
    void compilesOnceAndKeepsTheCode() throws IOException {
        CudaLetterbox.open(gpu(), INPUT, cache).close();
        CudaLetterbox.open(gpu(), INPUT, cache).close();
        assertThat(compilations()).isEqualTo(1);
        assertThat(kept()).singleElement().asString().contains("letterbox-" + gpu().architecture());
    }

    @Test
    void compilesAnewWhatWasCutOff() throws IOException {
        CudaLetterbox.open(gpu(), INPUT, cache).close();
        Path file = kept().get(0);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 1));
        CudaLetterbox.open(gpu(), INPUT, cache).close();
        Files.write(file, new byte[0]);
        CudaLetterbox.open(gpu(), INPUT, cache).close();
        assertThat(compilations()).isEqualTo(3);
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }

    @Test
    void goesOnWhereNothingCanBeKept() throws IOException {
        Path file = Files.createFile(cache.resolve("file"));
        CudaLetterbox.open(gpu(), INPUT, file.resolve("below")).close();
        assertThat(compilations()).isEqualTo(1);
    }

    @Test
    void saysWhichCallFailed() {
        for (String call : List.of("nvrtcCompileProgram", "cudaLibraryLoadData", "cudaLibraryGetKernel")) {
            device.set("fail=" + call + ":1");
            assertThatThrownBy(() -> CudaLetterbox.open(gpu(), INPUT, cache.resolve(call)))
                    .isInstanceOf(CudaFailure.class)
                    .hasMessageContaining(call);
            assertThat(device.leaks()).as(call).isEmpty();
        }
    }

    private long compilations() {
        return device.calls().getOrDefault("nvrtcCompileProgram", 0L);
    }

    private List<Path> kept() throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            return files.toList();
        }
    }
}
