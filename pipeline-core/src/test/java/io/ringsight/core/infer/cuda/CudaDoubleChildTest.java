package io.ringsight.core.infer.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.infer.tensorrt.lib.TensorRt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.bytedeco.tensorrt.nvinfer.IRuntime;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ends a process on the double, and that it says why. */
@Tag("cuda-double")
class CudaDoubleChildTest {
    @TempDir
    Path folder;

    /** The process the tests start. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            DeviceBuffer memory = DeviceBuffer.open(100);
            switch (arguments[0]) {
                case "leak" ->
                    System.out.println("devices " + CudaDevices.probe().devices());
                case "touch" -> Pointer.memset(memory.pointer(), 0, 1);
                default -> missing();
            }
        }

        private static void missing() {
            System.out.println(TensorRt.problem());
            try (ILogger logger = new ILogger() {
                @Override
                public void log(Severity severity, String text) {
                    System.out.println(text);
                }
            }) {
                IRuntime runtime = nvinfer.createInferRuntime(logger);
                runtime.setDLACore(1);
            }
        }
    }

    @Test
    void reportsLeaksAndCallsAtTheEnd() throws Exception {
        assertThat(run("leak")).isZero();
        assertThat(output()).contains("devices [").contains("Child-GPU");
        assertThat(report()).contains("seed 41", "leak 1 x device memory, cudaMalloc: 100 bytes", "call cudaMalloc 1");
    }

    @Test
    void endsWhereTheHostTouchesDeviceMemory() throws Exception {
        assertThat(run("touch")).isNotZero();
        assertThat(output()).contains("CUDA double: host-access: the host wrote device memory at 0x");
        assertThat(report()).anyMatch(line -> line.startsWith("report host-access"));
    }

    @Test
    void endsWhereAMethodIsNotImplemented() throws Exception {
        assertThat(run("missing")).isNotZero();
        assertThat(output()).contains("CUDA double: IRuntime, place 5 of its table, is not implemented");
    }

    private int run(String what) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:-CreateCoredumpOnCrash",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Program.class.getName(),
                        what)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
        builder.environment().putAll(CudaDouble.environment(folder.resolve("report")));
        builder.environment().put("RINGSIGHT_CUDA_DOUBLE_SEED", "41");
        builder.environment().put("RINGSIGHT_CUDA_DOUBLE_NAME", "Child-GPU");
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("output"));
    }

    private List<String> report() throws IOException {
        return Files.readAllLines(folder.resolve("report"));
    }
}
