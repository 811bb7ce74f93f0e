package io.ringsight.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Results on standard output, everything else on standard error: seen from outside, in a process of its own. */
@Timeout(300)
class StandardStreamsTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));

    @TempDir
    private Path dir;

    @Test
    void messagesGoToOutputAndLogLinesForPeopleToError() throws Exception {
        Path err = run(Map.of(), "synthetic:pcb?frames=5&pace=asap");

        assertThat(Files.readAllLines(dir.resolve("out")))
                .hasSize(6)
                .allMatch(line -> line.startsWith("{\"schemaVersion\":") && line.endsWith("}"));
        assertThat(Files.readAllLines(err))
                .isNotEmpty()
                .allMatch(line -> line.matches(
                        "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ (INFO |WARN ) [A-Za-z]+ +\\S.*"))
                .anyMatch(line -> line.contains("5 frames decoded, 5 published, none lost, jsonl:- 6 acknowledged"));
    }

    @Test
    void logLinesAreJsonWhenAskedFor() throws Exception {
        Path err = run(Map.of("RINGSIGHT_LOG", "json"), "synthetic:pcb?frames=1&pace=asap");

        assertThat(Files.readAllLines(err))
                .isNotEmpty()
                .allMatch(line -> line.matches("\\{\"timestamp\":\\d+,\"level\":\"[A-Z]+\",.*}"));
    }

    @Test
    void logsFromTheLevelAskedFor() throws Exception {
        Path err = run(Map.of("RINGSIGHT_LOG_LEVEL", "ERROR"), "synthetic:pcb?frames=1&pace=asap");

        assertThat(err).isEmptyFile();
    }

    @Test
    void endsWithOneWhenTheReaderOfItsOutputHasGone() throws Exception {
        Process process = start(Map.of(), "synthetic:boxes?fps=20&width=320&height=240", ProcessBuilder.Redirect.PIPE);
        assertThat(process.getInputStream().read()).isEqualTo('{');
        process.getInputStream().close();

        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(Files.readString(dir.resolve("err"))).endsWith("ringsight: standard output was closed\n");
    }

    private Path run(Map<String, String> environment, String uri) throws Exception {
        Process process = start(
                environment, uri, ProcessBuilder.Redirect.to(dir.resolve("out").toFile()));
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(dir.resolve("err"))).isZero();
        return dir.resolve("err");
    }

    /** In an empty directory: the log's configuration is the one inside the jar. */
    private Process start(Map<String, String> environment, String uri, ProcessBuilder.Redirect out) throws Exception {
        Path config = Files.writeString(
                dir.resolve("pipeline.yaml"), """
                pipeline: {model: "%s"}
                sources: [{id: line1, uri: "%s"}]
                sinks: [{jsonl: {path: "-"}}]
                """.formatted(ROOT.resolve("conf/models/pcb-defect.yaml"), uri));
        List<String> command =
                JavaCommand.of(List.of("-Xmx512m"), "io.ringsight.app.Main", List.of("run", "-c", config.toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(dir.toFile())
                .redirectOutput(out)
                .redirectError(dir.resolve("err").toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("RINGSIGHT_") || name.equals("JAVA_TOOL_OPTIONS"));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
