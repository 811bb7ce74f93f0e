package io.ringsight.core.infer.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.cuda.CudaDouble;
import io.ringsight.core.infer.cuda.CudaFailure;
import io.ringsight.core.infer.onnx.TinyOnnx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every native call of a run of 20 frames fails once: no crash, no hang, no leak, and the error names the call. */
@Tag("cuda-double")
@Timeout(600)
class NativeFailureTest {
    private static final int FRAMES = 20;

    @TempDir
    private Path folder;

    private CudaDouble device;

    @BeforeEach
    void load() {
        device = CudaDouble.load();
    }

    @ParameterizedTest(name = "errors that stay: {0}")
    @ValueSource(ints = {0, 1})
    void failsByNameAndLeavesNothing(int sticky) throws InterruptedException {
        long calls = runsFine();
        assertThat(calls).isGreaterThan(100);
        TreeMap<String, Integer> failed = new TreeMap<>();
        String call = "";
        for (long n = 1; n <= calls || !call.isEmpty(); n++) {
            device.reset();
            device.set("seed=" + n + " sticky=" + sticky + " fail=" + n);
            String problem = run(sticky == 1);
            call = device.failedCall();
            device.set("fail=0");
            failed.merge(call, 1, Integer::sum);
            assertThat(problem).as("call %d, %s", n, call).isIn("none", call);
            assertThat(device.leaks()).as("call %d, %s", n, call).isEmpty();
            assertThat(device.reports()).as("call %d, %s", n, call).isEmpty();
        }
        System.out.println(calls + " calls were made to fail, sticky=" + sticky + ": " + failed);
    }

    private long runsFine() throws InterruptedException {
        device.reset();
        assertThat(run(false)).isEqualTo("none");
        return device.callNumber();
    }

    /**
     * "none", the call that the error names, or the whole error where it names no call that was made to fail. Where the
     * error stays, another thread's call may be the first to meet it.
     */
    private String run(boolean sticky) throws InterruptedException {
        DoubleRun run = new DoubleRun(new TinyOnnx().batch(0), folder);
        forgetEngines();
        Throwable broken = null;
        try (InferenceBackend backend = run.open(2, 2, true)) {
            broken = run.run(backend, FRAMES).broken();
        } catch (InferenceException | CudaFailure e) {
            broken = broken == null ? e : broken;
        }
        if (broken == null) {
            return "none";
        }
        String call = device.failedCall();
        boolean names = broken.getMessage().contains(call)
                || sticky && broken.getMessage().matches(".*\\bcuda\\w+ failed: cudaErrorLaunchFailure.*");
        return !call.isEmpty() && names ? call : broken.toString();
    }

    private void forgetEngines() {
        try (var files = Files.walk(Files.createDirectories(folder.resolve("cache")))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
