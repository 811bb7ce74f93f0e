package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.infer.cuda.CudaDouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands as processes on the CPU double of CUDA and TensorRT: what they answer, and that they leave nothing. */
@Tag("cuda-double")
@Timeout(300)
class GpuCommandsTest {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final String GPU = "\"backend\":\"tensorrt-cuda\"";
    private static final String CPU = "\"backend\":\"onnxruntime-cpu\"";

    @TempDir
    private Path folder;

    private Map<String, String> environment(String... settings) {
        Map<String, String> environment = new HashMap<>(CudaDouble.environment(folder.resolve("report")));
        environment.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        environment.put("RINGSIGHT_CUDA_DOUBLE_SEED", "5");
        environment.put("RINGSIGHT_CUDA_DOUBLE_DELAY", "500");
        for (String setting : settings) {
            String[] parts = setting.split("=", 2);
            environment.put("RINGSIGHT_CUDA_DOUBLE_" + parts[0], parts[1]);
        }
        return environment;
    }

    private Child.Finished run(String device, String source, String... settings) throws IOException {
        Path file = folder.resolve("pipeline.yaml");
        Files.writeString(
                file,
                new Yaml()
                        .pipeline("device: \"" + device + "\", lanes: 3, maxBatch: 4")
                        .source("line1", source, "")
                        .jsonl(folder.resolve("messages.jsonl"))
                        .text());
        return Child.run(environment(settings), Ringsight.command(512, "run", "-c", file.toString()), LIMIT);
    }

    private List<String> frames() throws IOException {
        return Files.readAllLines(folder.resolve("messages.jsonl")).stream()
                .filter(line -> line.contains("\"type\":\"frame\""))
                .toList();
    }

    private void assertNothingWrongAndNothingLeft() {
        assertThat(Child.read(folder.resolve("report")))
                .doesNotContain("report ")
                .doesNotContain("leak ");
    }

    @Test
    void theDaemonComputesOnTheGpuAndTheSecondStartFindsItsEngine() throws IOException {
        Child.Finished first = run("cuda", "synthetic:pcb?frames=30&pace=asap");
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.err()).contains("building the TensorRT engine", "built the TensorRT engine");
        assertThat(frames()).hasSize(30).allMatch(line -> line.contains(GPU));
        assertNothingWrongAndNothingLeft();

        Child.Finished second = run("cuda:0", "synthetic:pcb?frames=10&pace=asap");
        assertThat(second.exitCode()).as(second.err()).isZero();
        assertThat(second.err()).doesNotContain("building the TensorRT engine");
        assertNothingWrongAndNothingLeft();
    }

    @Test
    void autoComputesOnTheProcessorUntilTheEngineIsBuilt() throws IOException {
        Child.Finished run = run("auto", "synthetic:pcb?frames=250&fps=25", "BUILDMS=4000");
        assertThat(run.exitCode()).as(run.err()).isZero();
        List<String> frames = frames();
        assertThat(frames.get(0)).contains(CPU);
        assertThat(frames.get(frames.size() - 1)).contains(GPU);
        int switched = 0;
        while (frames.get(switched).contains(CPU)) {
            switched++;
        }
        assertThat(frames.subList(switched, frames.size())).allMatch(line -> line.contains(GPU));
        assertNothingWrongAndNothingLeft();
    }

    @Test
    void autoGoesOnWithTheProcessorWhenTheGpuBreaks() throws IOException {
        assertThat(run("cuda", "synthetic:pcb?frames=1&pace=asap").exitCode()).isZero();
        // Two waits a frame, some at the start: the GPU, whose engine is there already, breaks half-way.
        Child.Finished run =
                run("auto", "synthetic:pcb?frames=60&pace=asap", "FAIL=cudaEventSynchronize:60=700", "STICKY=1");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).containsOnlyOnce("the GPU broke, the processor computes from now on: cuda");
        List<String> frames = frames();
        assertThat(frames.get(frames.size() - 1)).contains(CPU);
        assertThat(frames).anyMatch(line -> line.contains(GPU));
    }

    @Test
    void aGpuThatBreaksEndsADaemonThatWasToldToUseIt() throws IOException {
        Child.Finished run =
                run("cuda", "synthetic:pcb?frames=150&pace=asap", "FAIL=cudaEventSynchronize:60=700", "STICKY=1");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
        assertThat(run.err())
                .contains("inference failed for good: cuda", " failed: cudaErrorIllegalAddress: ")
                .doesNotContain("\tat ");
    }

    @Test
    void withoutAGpuCudaIsAnErrorAndAutoSaysWhyItIsNotUsed() throws IOException {
        Child.Finished told = run("cuda", "synthetic:pcb?frames=3&pace=asap", "DEVICES=0");
        assertThat(told.exitCode()).isEqualTo(1);
        assertThat(told.err())
                .contains(
                        "pipeline.device: expected a device that runs the model, but device 'cuda' is not available: ")
                .doesNotContain("\tat ");

        Child.Finished old = run("cuda", "synthetic:pcb?frames=3&pace=asap", "TRT=100500");
        assertThat(old.exitCode()).isEqualTo(1);
        assertThat(old.err()).contains("TensorRT 11 is needed, but libnvinfer is of version 10.5.0: ");

        Child.Finished free = run("auto", "synthetic:pcb?frames=3&pace=asap", "DEVICES=-1");
        assertThat(free.exitCode()).as(free.err()).isZero();
        assertThat(free.err()).containsOnlyOnce("device auto: the processor computes, because the NVIDIA driver is");
        assertThat(frames()).hasSize(3).allMatch(line -> line.contains(CPU));
    }

    private Path film() {
        Path film = folder.resolve("boxes.mp4");
        Child.output(
                List.of(
                        Rig.ffmpeg(),
                        "-v",
                        "error",
                        "-f",
                        "lavfi",
                        "-i",
                        "testsrc2=size=320x240:rate=10:duration=2",
                        film.toString()),
                LIMIT);
        return film;
    }

    @Test
    void detectComputesOnTwoGpus() {
        Child.Finished detect = Child.run(
                environment("DEVICES=2"),
                Ringsight.command(
                        512, "detect", film().toString(), "-m", Rig.MODEL.toString(), "--device", "cuda", "-o", "-"),
                LIMIT);
        assertThat(detect.exitCode()).as(detect.err()).isZero();
        assertThat(detect.out().lines()).hasSize(20).allMatch(line -> line.contains(GPU));
        assertNothingWrongAndNothingLeft();
    }

    @Test
    @Tag("bench")
    void benchComputesOnTheGpu() {
        Child.Finished bench = Child.run(
                environment(),
                Ringsight.command(
                        512,
                        "bench",
                        "-m",
                        Rig.MODEL.toString(),
                        "--device",
                        "cuda",
                        "--input",
                        film().toString(),
                        "--seconds",
                        "1",
                        "--cameras",
                        "0",
                        "--json"),
                LIMIT);
        assertThat(bench.exitCode()).as(bench.err()).isZero();
        assertThat(bench.out()).contains("\"throughput\"");
        assertNothingWrongAndNothingLeft();
    }
}
