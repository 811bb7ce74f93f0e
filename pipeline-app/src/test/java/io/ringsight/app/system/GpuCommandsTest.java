package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.JavaCommand;
import io.ringsight.core.infer.cuda.CudaDouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands as processes on the CPU double of CUDA and TensorRT: what they answer, and that they leave nothing. */
@Tag("cuda-double")
@Timeout(300)
class GpuCommandsTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);
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
        assertThat(run.err()).containsOnlyOnce("the GPU failed; using the CPU from now on: cuda");
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
                .contains("inference failed and cannot go on: cuda", " failed: cudaErrorIllegalAddress: ")
                .doesNotContain("\tat ");
    }

    /** By default 8 s are for stopping: what waits for the GPU must not use them up. */
    @Test
    void aGpuThatHangsEndsTheDaemonWithinTenSeconds() throws IOException {
        Child.Finished run = run("cuda", "synthetic:pcb?frames=150&pace=asap", "HANG=60");
        long endedMs = System.currentTimeMillis();
        assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
        assertThat(run.err())
                .contains("inference failed and cannot go on: GPU 0 (CPU double) has not answered for 5 s; see ")
                .doesNotContain("\tat ");
        long hungMs = Files.getLastModifiedTime(folder.resolve("report.hung")).toMillis();
        assertThat(endedMs - hungMs).isBetween(5_000L, 10_000L);
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
        assertThat(old.err()).contains("TensorRT 10, from 10.6.0 on, is needed, but libnvinfer is of version 10.5.0: ");

        Child.Finished free = run("auto", "synthetic:pcb?frames=3&pace=asap", "DEVICES=-1");
        assertThat(free.exitCode()).as(free.err()).isZero();
        assertThat(free.err()).containsOnlyOnce("device auto: using the CPU, because the NVIDIA driver is");
        assertThat(frames()).hasSize(3).allMatch(line -> line.contains(CPU));
    }

    /** Runs where the builder's kernels are not loaded; perhaps the program brings them in a jar. */
    private Child.Finished runWithoutKernels(String jar, String... settings) throws IOException {
        Map<String, String> environment = environment(settings);
        environment.compute(
                "LD_PRELOAD",
                (name, all) -> Arrays.stream(all.split(":"))
                        .filter(library -> !library.endsWith(CudaDouble.BUILDER_RESOURCE))
                        .collect(Collectors.joining(":")));
        environment.put("RINGSIGHT_NATIVE_DIR", folder.resolve("native").toString());
        Path file = folder.resolve("pipeline.yaml");
        Files.writeString(
                file,
                new Yaml()
                        .pipeline("device: \"cuda\"")
                        .source("line1", "synthetic:pcb?frames=3&pace=asap", "")
                        .jsonl(folder.resolve("messages.jsonl"))
                        .text());
        List<String> command = Ringsight.command(512, "run", "-c", file.toString());
        command.replaceAll(word -> word.equals(JavaCommand.classPath()) ? word + jar : word);
        return Child.run(environment, command, LIMIT);
    }

    @Test
    void aBuilderWithoutItsKernelsIsNamedWithWhatToInstall() throws IOException {
        Child.Finished run = runWithoutKernels("", "CC=86");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
        assertThat(run.err())
                .contains(
                        "TensorRT 10.6.0 builds no engine for CPU double, whose compute capability is 8.6: there is neither"
                                + " libnvinfer_builder_resource.so.10.6.0 nor libnvinfer_builder_resource_sm86.so.10.6.0 in ",
                        "; build with 'mvn -Pgpu package', or install NVIDIA's TensorRT 10.6.0")
                .doesNotContain("\tat ");
    }

    @Test
    void kernelsThatAskForAnExecutableStackAreLoadedWithoutOne() throws IOException {
        Path jar = folder.resolve("kernels.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("org/bytedeco/tensorrt/linux-x86_64/libnvinfer_builder_resource.so.10.6.0"));
            Files.copy(
                    CudaDouble.build().resolve(CudaDouble.BUILDER_RESOURCE.replace("builder/", "builder-execstack/")),
                    out);
        }
        for (int start = 0; start < 2; start++) {
            Child.Finished run = runWithoutKernels(":" + jar);
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.err()).doesNotContain("stack guard");
            deleteEngines();
        }
    }

    /** So that the next start builds again. */
    private void deleteEngines() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".engine")).toList()) {
                Files.delete(file);
            }
        }
    }

    private Path video() {
        Path video = folder.resolve("boxes.mp4");
        Child.output(
                List.of(
                        Rig.ffmpeg(),
                        "-v",
                        "error",
                        "-f",
                        "lavfi",
                        "-i",
                        "testsrc2=size=320x240:rate=10:duration=2",
                        video.toString()),
                LIMIT);
        return video;
    }

    @Test
    void theDecoderOpensTheGpuInTheContextTheNetworkUses() throws IOException {
        Child.Finished run = run("cuda", "file:" + video());
        assertThat(run.exitCode()).as(run.err()).isZero();
        // the double has the driver's contexts and no decoder
        assertThat(run.err())
                .contains("line1: the CPU decodes, because the GPU cannot: ", "libnvcuvid.so.1")
                .doesNotContain("FFmpeg cannot open GPU");
        // three lanes, and the camera's own: on the default stream it would wait for all others
        assertThat(Child.read(folder.resolve("report"))).contains("call cudaStreamCreateWithFlags 4\n");
        assertThat(frames()).hasSize(20).allMatch(line -> line.contains(GPU));
        assertNothingWrongAndNothingLeft();
    }

    @Test
    void detectComputesOnTwoGpus() {
        Child.Finished detect = Child.run(
                environment("DEVICES=2"),
                Ringsight.command(
                        512, "detect", video().toString(), "-m", Rig.MODEL.toString(), "--device", "cuda", "-o", "-"),
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
                        video().toString(),
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
