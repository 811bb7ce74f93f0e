package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.JavaCommand;
import io.ringsight.app.config.ConfigFuzzTarget;
import io.ringsight.app.fuzz.MessageFuzzTarget;
import io.ringsight.app.tools.eval.LabelFileFuzzTarget;
import io.ringsight.core.infer.onnx.OnnxScanFuzzTarget;
import io.ringsight.core.infer.onnx.TinyOnnx;
import io.ringsight.core.model.PythonLiteralFuzzTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that parses, against Jazzer: input that grows towards code not run yet, in a JVM of its own a parser.
 *
 * <p>{@code RINGSIGHT_FUZZ_SECONDS} is how long each is tried; {@code scripts/fuzz} sets it. A finding is kept with its
 * input in {@code out/fuzz}.
 */
@Tag("fuzz")
@Tag("bench")
class ParsersFuzzTest {
    private static final int SECONDS = Integer.parseInt(System.getenv().getOrDefault("RINGSIGHT_FUZZ_SECONDS", "10"));
    private static final Duration STARTING = Duration.ofSeconds(120);
    private static final Path FOUND = Rig.ROOT.resolve("out/fuzz");

    @TempDir
    private Path folder;

    @Test
    void configurationAndModelYaml() throws IOException {
        fuzz(ConfigFuzzTarget.class, uncommented("conf/pipeline.yaml"), read("conf/models/pcb-defect.yaml"));
    }

    @Test
    void modelMetadata() throws IOException {
        fuzz(
                PythonLiteralFuzzTarget.class,
                "{0: 'open', 1: \"it's\", 2: 'a\\'b\\n'}".getBytes(),
                "['a', 'b']".getBytes(),
                "[640, 640]".getBytes());
    }

    @Test
    void modelFile() throws IOException {
        Path model = folder.resolve("tiny.onnx");
        new TinyOnnx().write(model);
        fuzz(OnnxScanFuzzTarget.class, Files.readAllBytes(model));
    }

    @Test
    void labelFile() throws IOException {
        fuzz(LabelFileFuzzTarget.class, "0 0.5 0.5 0.25 0.125\n5 1e-1 0.9 .1 0.1\n".getBytes());
    }

    @Test
    void messages() throws IOException {
        String message =
                "{\"schemaVersion\":\"1.2\",\"type\":\"%s\",\"messageId\":\"a/b/%d\",\"sourceId\":\"a\",\"streamEpoch\":\"b\","
                        + "\"frameSeq\":%d,"
                        + "\"prevFrameSeq\":%d,\"gaps\":[{\"reason\":\"overload\",\"frames\":2}],\"reason\":\"stalled\","
                        + "\"captureTime\":{\"utc\":\"2026-11-22T13:40:00.123456Z\",\"clock\":\"rtcp-sr\",\"uncertaintyUs\":500}}\n";
        fuzz(
                MessageFuzzTarget.class,
                (message.formatted("frame", 1, 3, 0) + message.formatted("gap", 2, 5, 3)).getBytes());
    }

    private void fuzz(Class<?> target, byte[]... seeds) throws IOException {
        Path corpus = Files.createDirectories(FOUND.resolve(target.getSimpleName()));
        Path seedFolder = Files.createDirectory(folder.resolve("seeds"));
        for (int i = 0; i < seeds.length; i++) {
            Files.write(seedFolder.resolve("seed" + i), seeds[i]);
        }
        List<String> command = JavaCommand.of(
                List.of("-Xmx512m", "-XX:+EnableDynamicAgentLoading"),
                JavaCommand.wholeClassPath(),
                "com.code_intelligence.jazzer.Jazzer",
                List.of(
                        "--target_class=" + target.getName(),
                        "--instrumentation_includes=io.ringsight.**",
                        "--custom_hook_includes=io.ringsight.**",
                        "--reproducer_path=" + FOUND,
                        "-artifact_prefix=" + corpus.resolveSibling(target.getSimpleName() + "-"),
                        "-max_total_time=" + SECONDS,
                        "-timeout=10",
                        "-max_len=8192",
                        corpus.toString(),
                        seedFolder.toString()));
        Child.Finished done = Child.run(command, STARTING.plusSeconds(SECONDS));
        String said = done.out() + done.err();
        assertThat(done.exitCode()).as(said).isZero();
        assertThat(said).as("Jazzer's count of runs").containsPattern("Done \\d{3,} runs");
        System.out.printf(
                "fuzz %s: %s%n",
                target.getSimpleName(), said.replaceAll("(?s).*(Done \\d+ runs in \\d+ second).*", "$1"));
    }

    private static byte[] uncommented(String file) throws IOException {
        return Files.readString(Rig.ROOT.resolve(file))
                .replaceAll("(?m)^#(?=  )", "")
                .replaceAll("(?m)^ *#.*\n", "")
                .getBytes();
    }

    private static byte[] read(String file) throws IOException {
        return Files.readAllBytes(Rig.ROOT.resolve(file));
    }
}
