package io.ringsight.core.infer.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.detect.Decoders;
import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.infer.StagedPicture;
import io.ringsight.core.infer.cuda.CudaDouble;
import io.ringsight.core.infer.cuda.PinnedPictures;
import io.ringsight.core.infer.onnx.TinyOnnx;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Padding;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelOutput.Head;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.preprocess.Crop;
import io.ringsight.core.preprocess.Letterbox;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the threads that all cameras share do for one frame of 1920x1080, in CPU time: that bounds the frames a second of a
 * machine, however fast its GPUs. The driver's own time is not in it. It prints the figures of {@code docs/gpu.md}.
 */
@Tag("cuda-double")
@Timeout(300)
class CeilingTest {
    private static final int TURNS = 400;
    private static final int FAR = 40;
    /** Above what a busy machine shows, below what a picture copied by mistake would add. */
    private static final double MUCH_US = 200;

    private static final int WIDTH = 1920;
    private static final int HEIGHT = 1080;
    private static final ModelInput INPUT = new ModelInput(
            "images", 640, 640, TensorType.FLOAT16, ChannelOrder.RGB, 1 / 255f, new Padding(Placement.CENTER, 114), 1);

    @TempDir
    private Path folder;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private CudaDouble device;

    @BeforeEach
    void load() {
        device = CudaDouble.load().set("check=0 timeline=0");
    }

    private static Picture picture(NativePictures pictures) {
        // NV12 in the memory of a grey picture of the same size
        Picture picture = pictures.grey(WIDTH, HEIGHT * 3 / 2, 90);
        long address = picture.planeAddress(0);
        picture.layout(WIDTH, HEIGHT, PixelFormat.NV12);
        picture.plane(0, address, WIDTH);
        picture.plane(1, address + (long) WIDTH * HEIGHT, WIDTH);
        return picture;
    }

    /** Of the second half of the turns, when the code is compiled. */
    private static double medianUs(long[] ns) {
        long[] warm = Arrays.copyOfRange(ns, ns.length / 2, ns.length);
        Arrays.sort(warm);
        return warm[warm.length / 2] / 1_000.0;
    }

    @Test
    void dispatchOfAStagedFrameCopiesNoPicture() throws InterruptedException {
        long[] ns = new long[TURNS];
        try (InferenceBackend backend = new DoubleRun(new TinyOnnx(), folder).open(1, 1, true);
                NativePictures pictures = new NativePictures()) {
            Picture picture = picture(pictures);
            StagedPicture staged = backend.staging().orElseThrow().stage(picture);
            Lane lane = backend.lanes().get(0);
            Crop whole = new Crop();
            whole.whole(picture);
            for (int i = 0; i < TURNS; i++) {
                long startNs = threads.getCurrentThreadCpuTime();
                lane.load(0, picture, whole, staged);
                lane.launch(1);
                ns[i] = threads.getCurrentThreadCpuTime() - startNs;
                lane.await();
            }
            staged.giveBack();
        }
        System.out.printf("dispatch of a staged 1080p frame: %.1f us of CPU time%n", medianUs(ns));
        // the picture's copy alone takes more: see whatACameraCopies
        assertThat(medianUs(ns)).isLessThan(MUCH_US);
    }

    @Test
    void collectOfAnEndToEndHead() {
        ModelSpec model = new ModelSpec(
                "bench",
                "1",
                new ModelSpec.Weights(Path.of("bench.onnx"), "0".repeat(64), "fp16"),
                INPUT,
                new ModelOutput("output0", Head.END_TO_END, 300, 6, 0.45f),
                Collections.nCopies(80, "thing"),
                0.25f,
                List.of());
        DetectionDecoder decoder = Decoders.of(model);
        Letterbox box = Letterbox.fit(WIDTH, HEIGHT, 1, 640, 640, Placement.CENTER);
        FloatBuffer output = FloatBuffer.allocate(300 * 6);
        for (int i = 0; i < 300; i++) {
            // twenty objects, the rest far below the threshold
            output.put(new float[] {i, 200, i + 40, 260, i < 20 ? 0.9f : 0.01f, i % 80});
        }
        Detections found = new Detections(decoder.capacity());
        long[] ns = new long[10 * TURNS];
        for (int i = 0; i < ns.length; i++) {
            long startNs = threads.getCurrentThreadCpuTime();
            found.clear();
            decoder.decode(output, 0, model.threshold(), found);
            box.toSource(found);
            ns[i] = threads.getCurrentThreadCpuTime() - startNs;
        }
        assertThat(found.size()).isEqualTo(20);
        System.out.printf("collect of 300 candidates: %.1f us of CPU time%n", medianUs(ns));
        assertThat(medianUs(ns)).isLessThan(MUCH_US);
    }

    /** By the cameras' own threads, beside each other: no limit of the whole, so only told. */
    @Test
    void whatACameraCopies() {
        long[] ns = new long[TURNS];
        try (PinnedPictures staging = new PinnedPictures(INPUT, 0);
                NativePictures pictures = new NativePictures()) {
            // so many that neither they nor their copies are in the CPU's caches still
            Picture[] decoded = new Picture[FAR];
            StagedPicture[] copies = new StagedPicture[FAR];
            for (int i = 0; i < FAR; i++) {
                decoded[i] = picture(pictures);
            }
            for (int i = 0; i < TURNS; i++) {
                int at = i % FAR;
                if (copies[at] != null) {
                    copies[at].giveBack();
                }
                long startNs = threads.getCurrentThreadCpuTime();
                copies[at] = staging.stage(decoded[at]);
                ns[i] = threads.getCurrentThreadCpuTime() - startNs;
                assertThat(copies[at]).isNotNull();
            }
            for (StagedPicture copy : copies) {
                copy.giveBack();
            }
        }
        System.out.printf("staging of a 1080p picture by its camera: %.1f us of CPU time%n", medianUs(ns));
    }
}
