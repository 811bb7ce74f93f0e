package io.ringsight.app.tools.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.JavaCommand;
import io.ringsight.app.tools.files.VideoLength;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code detect} seen from outside: signals, pipes, full disks. */
@Timeout(300)
class DetectProcessTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final long LIMIT_S = 240;

    @TempDir
    Path folder;

    private DetectRun run;
    private Process process;

    @BeforeEach
    void prepare() {
        run = new DetectRun(folder);
    }

    @AfterEach
    void end() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    /** The rest of a shell script whose first words are {@code ringsight detect -m MODEL}. */
    private int shell(String model, String script) throws Exception {
        start(model, script);
        assertThat(process.waitFor(LIMIT_S, TimeUnit.SECONDS)).as(err()).isTrue();
        return process.exitValue();
    }

    private void start(String model, String script) throws IOException {
        List<String> java = JavaCommand.of(
                List.of("-Xmx512m", "-Dringsight.home=" + ROOT),
                "io.ringsight.app.Main",
                List.of("detect", "-m", model));
        String program = java.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        process = new ProcessBuilder("bash", "-c", script.replace("DETECT", program))
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    private String err() {
        return read("err");
    }

    private String read(String name) {
        try {
            return new String(Files.readAllBytes(folder.resolve(name)), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"INT,130", "TERM,143"})
    void aSignalLeavesBothOutputsCompleteUpToThere(String signal, int exitCode) throws Exception {
        run.video("long.mp4", 3_000);
        Path lines = folder.resolve("lines.jsonl");
        Path video = folder.resolve("annotated.mp4");
        start(
                ROOT.resolve("conf/models/pcb-defect.yaml").toString(),
                "exec DETECT long.mp4 -o lines.jsonl --annotate annotated.mp4");
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
        while ((!Files.exists(lines) || Files.size(lines) == 0) && System.nanoTime() < untilNs && process.isAlive()) {
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();

        assertThat(process.waitFor(LIMIT_S, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(err()).isEqualTo(exitCode);
        assertThat(err()).contains("ringsight: stopped");
        String text = read("lines.jsonl");
        assertThat(text).endsWith("}\n");
        List<String> all = text.lines().toList();
        long frames =
                all.stream().filter(line -> line.contains("\"type\":\"frame\"")).count();
        assertThat(frames).isBetween(1L, 2_999L);
        assertThat(all.get(all.size() - 1)).contains("\"type\":\"gap\"", "\"reason\":\"stopped\"");
        assertThat(VideoLength.pictures(video)).isEqualTo(frames);
    }

    @Test
    void aPipeIsReadOnce() throws Exception {
        // With its index at the front an MP4 file can be read from a pipe.
        run.video("v.mp4", 30);
        String model = run.model().toString();
        for (String script : List.of(
                "cat v.mp4 | DETECT /dev/stdin",
                "DETECT /dev/stdin < v.mp4",
                "DETECT <(cat v.mp4)",
                "mkfifo fifo; (cat v.mp4 > fifo || echo broken >&2) & DETECT fifo; code=$?; wait; exit $code")) {
            assertThat(shell(model, script)).as(script + err()).isZero();
            assertThat(read("out").lines().filter(line -> line.contains("\"type\":\"frame\"")))
                    .as(script)
                    .hasSize(30);
            assertThat(err()).as(script).doesNotContain("roken");
        }
    }

    @Test
    void aFullDiskEndsWithOneAndOneLine() throws Exception {
        run.video("v.mp4", 250, i -> i * 7 % 256);
        String model = run.model().toString();
        for (String script : List.of("DETECT v.mp4 > /dev/full", "DETECT v.mp4 -o /dev/full")) {
            assertThat(shell(model, script)).as(script + err()).isEqualTo(1);
            assertThat(err().lines().filter(line -> line.startsWith("ringsight:")))
                    .as(script)
                    .hasSize(1)
                    .allMatch(line -> line.contains("cannot"));
        }
    }

    @Test
    void whatStandardOutputIsBoundToIsNoInput() throws Exception {
        Path video = run.video("v.mp4", 3);
        byte[] before = Files.readAllBytes(video);
        assertThat(shell(run.model().toString(), "DETECT v.mp4 >> v.mp4")).isEqualTo(2);
        assertThat(err()).contains("standard output goes to the input");
        assertThat(Files.readAllBytes(video)).isEqualTo(before);
        assertThat(Map.of("out", read("out"))).containsEntry("out", "");
    }
}
