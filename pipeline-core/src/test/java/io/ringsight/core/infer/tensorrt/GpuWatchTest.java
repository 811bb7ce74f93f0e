package io.ringsight.core.infer.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.infer.cuda.CudaDouble;
import io.ringsight.core.infer.onnx.TinyOnnx;
import java.lang.Thread.UncaughtExceptionHandler;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who tells that a GPU does not answer any more, while the thread that waits for it never returns. */
@Tag("cuda-double")
@Timeout(300)
class GpuWatchTest {
    @TempDir
    private Path folder;

    private final CompletableFuture<Throwable> told = new CompletableFuture<>();
    private UncaughtExceptionHandler before;
    private CudaDouble device;

    @BeforeEach
    void listen() {
        device = CudaDouble.load();
        before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, cause) -> told.complete(cause));
    }

    @AfterEach
    void restore() {
        Thread.setDefaultUncaughtExceptionHandler(before);
        assertThat(device.leaks()).isEmpty();
    }

    @Test
    void aGpuThatHangsIsTold() throws Exception {
        try (TensorRtBackend backend = (TensorRtBackend) new DoubleRun(new TinyOnnx(), folder).open(1, 1, true);
                NativePictures pictures = new NativePictures()) {
            Lane lane = backend.lanes().get(0);
            device.set("hang=1");
            lane.load(0, pictures.grey(16, 16, 40));
            lane.launch(1);
            Thread waiting = new Thread(() -> await(lane));
            waiting.start();
            try {
                assertThat(told.get(60, TimeUnit.SECONDS))
                        .isInstanceOf(InferenceException.class)
                        .hasMessageStartingWith("GPU 0 (CPU double) has not answered for 5 s; see ");
                assertThat(waiting.isAlive()).isTrue();
            } finally {
                // else nobody could close the lane, and a failed test would never end
                device.set("hang=0");
            }
            waiting.join();
        }
    }

    private static void await(Lane lane) {
        try {
            lane.await();
        } catch (InterruptedException e) {
            fail(e);
        }
    }

    /** Lanes that nobody uses, and batches that are slow but end, are none. */
    @Test
    void answersAreCounted() {
        DevicePulse pulse = new DevicePulse();
        assertThat(pulse.answers()).isEqualTo(-1);
        pulse.begin();
        assertThat(pulse.answers()).isZero();
        pulse.begin();
        pulse.end();
        assertThat(pulse.answers()).isEqualTo(1);
        pulse.end();
        assertThat(pulse.answers()).isEqualTo(-1);
    }
}
