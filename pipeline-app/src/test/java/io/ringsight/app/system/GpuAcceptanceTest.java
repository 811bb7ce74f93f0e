package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.infer.cuda.CudaDouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The acceptance of the GPU path runs on the CPU double; its figures mean something on a GPU only. */
@Tag("cuda-double")
@Tag("bench")
@Timeout(300)
class GpuAcceptanceTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);

    @TempDir
    private Path folder;

    private Child.Finished run(String... settings) {
        Map<String, String> environment = new HashMap<>(CudaDouble.environment(folder.resolve("double")));
        for (String setting : settings) {
            String[] parts = setting.split("=", 2);
            environment.put("RINGSIGHT_CUDA_DOUBLE_" + parts[0], parts[1]);
        }
        return Child.run(
                environment,
                Ringsight.command(
                        1024,
                        "gpu-acceptance",
                        "-m",
                        Rig.ROOT.resolve("conf/models/pcb-defect.yaml").toString(),
                        "--seconds",
                        "1",
                        "--lanes",
                        "3",
                        "-o",
                        folder.resolve("report").toString()),
                LIMIT);
    }

    @Test
    void triesEverythingAndWritesItDown() throws IOException {
        Child.Finished finished = run("SEED=3", "DELAY=200");
        String report = Files.readString(folder.resolve("report"));
        assertThat(report)
                .as(finished.toString())
                .contains("yes CUDA ", "yes TensorRT ")
                .contains("PASS engine: built")
                .contains("PASS parity with the CPU, synthetic:pcb?seed=7&pace=asap&frames=60: 60 pictures, ")
                .contains("PASS parity with the CPU, synthetic:boxes")
                .contains("overlap by the GPU's events: ", "throughput: ", "network alone ")
                .contains(
                        "(with CUDA graphs, batches of 1)",
                        "INFO thread ringsight-dispatch: busy ",
                        "INFO bottleneck: ")
                .contains("INFO precision: the model's file is float32", "INFO latency of one picture alone: p50 ")
                .contains("memory of the GPU: ")
                // the double has the driver's contexts and no decoder
                .contains("FAIL NVDEC: no picture of 1920x1080 H.264 was decoded: ", "libnvcuvid.so.1")
                .doesNotContain("nothing failed", "FFmpeg cannot open GPU")
                .doesNotContain("FAIL parity", "FAIL engine", "FAIL memory");
        assertThat(finished.exitCode()).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("report.json")))
                .startsWith("{\"gpuAcceptance\":")
                .contains("{\"verdict\":\"pass\",\"text\":\"engine: built");
        assertThat(Files.readString(folder.resolve("report.html")))
                .contains("<td>FAIL</td><td>NVDEC: no picture of 1920x1080 H.264 was decoded: ");
        assertThat(finished.out().strip())
                .endsWith(report.strip().substring(report.strip().lastIndexOf('\n') + 1));
        assertThat(finished.err()).doesNotContain("Exception");
    }

    @Test
    void saysWhatIsMissingWhereThereIsNoGpu() throws IOException {
        Child.Finished finished = run("DEVICES=0");
        assertThat(finished.exitCode()).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("report")))
                .contains("no  CUDA ", "no  TensorRT ")
                .contains("FAIL engine: device 'cuda:0' is not available: ")
                .endsWith("1 failed\n");
    }
}
