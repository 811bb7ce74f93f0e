package io.ringsight.core.infer.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs ONNX Runtime in a process of its own, with a home and a folder for temporary files of its own. */
class TelemetryTest {
    @TempDir
    Path home;

    /** The process the tests start. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) {
            System.out.println(OnnxRuntime.environment());
        }
    }

    @Test
    void leavesNoTraceOfTelemetry() throws Exception {
        assertThat(run()).isZero();
        assertThat(Files.readString(home.resolve("output"))).contains("OrtEnvironment(");
        assertThat(files()).noneMatch(name -> name.contains("mat-debug") || name.contains("onnxruntime.db"));
    }

    /** Telemetry matches the command line with a regular expression that needs a stack frame for each character. */
    @Test
    void survivesALongCommandLine() throws Exception {
        assertThat(run("x".repeat(20_000))).isZero();
    }

    private int run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Program.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("output").toFile());
        builder.environment().keySet().removeAll(List.of(Telemetry.SWITCH, "CI", "GITHUB_ACTIONS", "TF_BUILD"));
        builder.environment().put("HOME", home.toString());
        builder.environment().put("XDG_CACHE_HOME", home.toString());
        builder.environment().put("TMPDIR", home.toString());
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private List<String> files() throws IOException {
        try (var walk = Files.walk(home)) {
            return walk.map(Path::toString).toList();
        }
    }
}
