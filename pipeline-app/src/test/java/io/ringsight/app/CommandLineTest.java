package io.ringsight.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.run.FreePort;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Command;

/** What a person sees who types commands, right ones and wrong ones. */
class CommandLineTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final Path MODEL = ROOT.resolve("conf/models/pcb-defect.yaml");
    private static final Path ONNX = ROOT.resolve("conf/models/pcb-defect.onnx");

    @TempDir
    private Path dir;

    private record Ran(int exitCode, String out, String err) {}

    static Stream<String> commands() {
        return Arrays.stream(Main.class.getAnnotation(Command.class).subcommands())
                .map(command -> command.getAnnotation(Command.class).name());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void eachCommandHasHelp(String command) {
        Ran ran = run(command, "--help");

        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).startsWith("Usage: ringsight " + command).contains("--help");
        assertThat(ran.err()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void eachCommandRefusesAnUnknownOptionInOneLine(String command) {
        Ran ran = run(command, "--no-such-option");

        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.err().lines()).hasSize(1);
        assertThat(ran.err()).startsWith("ringsight: ").contains("(see: ringsight " + command + " --help)");
    }

    @Test
    void helpListsTheCommandsAndExitCodes() {
        Ran ran = run("--help");

        assertThat(ran.exitCode()).isZero();
        assertThat(commands()).allSatisfy(command -> assertThat(ran.out()).contains("\n  " + command + " "));
        assertThat(ran.out()).contains("Exit codes: 0 done, 1 failed while running, 2 bad usage or configuration.");
    }

    @Test
    void versionIsWhatTheBuildSays() {
        assertThat(run("--version").out()).matches("(?s)ringsight \\d+\\.\\d+\\.\\d+.*Java \\d+.*");
    }

    @Test
    void theVersionNamesTheCommitAndTheNativeLibraries() {
        assertThat(run("--version").out().lines())
                .hasSize(3)
                .first()
                .asString()
                .matches("ringsight \\S+ \\(commit [0-9a-f]{7,40}(-dirty)?\\)|ringsight \\S+ \\(commit unknown\\)");
        assertThat(run("--version").out())
                .containsPattern("FFmpeg \\d[\\d.]+ \\(LGPL\\), ONNX Runtime \\d[\\d.]+, OpenCV \\d[\\d.]+,")
                .containsPattern("TensorRT \\d[\\d.]+\\R");
    }

    @Test
    void noCommandAndAnUnknownOneAreBadUsage() {
        assertThat(run()).isEqualTo(new Ran(2, "", run("--help").out()));
        assertThat(run("chek").exitCode()).isEqualTo(2);
        assertThat(run("chek").err().lines()).hasSize(1);
        assertThat(run("chek").err()).contains("did you mean 'check'?");
        assertThat(run("run").err()).contains("--config=FILE").contains("(see: ringsight run --help)");
    }

    @Test
    void checkTellsWhatWouldRun() throws Exception {
        Path config = config("model: " + MODEL, "synthetic:pcb");

        Ran ran = run("check", "-c", config.toString());

        assertThat(ran.err()).isEmpty();
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out())
                .contains("model     pcb-defect 4, fp32, 640x640, end-to-end, 6 classes")
                .contains("line1  synthetic:pcb")
                .contains("http      http://127.0.0.1:0")
                .endsWith("ok        " + config + "\n");
        assertThat(run("check", "-c", config.toString(), "--json").out())
                .startsWith("{\"ok\":true,\"model\":{\"name\":\"pcb-defect\"")
                .hasLineCount(1);
    }

    @Test
    void checkShowsWhatPeopleCallTheSources() throws Exception {
        Path config = config("model: " + MODEL, "synthetic:pcb\", name: \"Over the \u00d6fen");

        assertThat(run("check", "-c", config.toString()).out())
                .contains("sources   line1 \"Over the \u00d6fen\"  synthetic:pcb\n");
        assertThat(run("check", "-c", config.toString(), "--json").out())
                .contains("{\"id\":\"line1\",\"name\":\"Over the \u00d6fen\",\"uri\":\"synthetic:pcb\"}");
    }

    @Test
    void checkPrintsMistakesAsJsonToo() throws Exception {
        Path config = config("model: " + MODEL + ", lanes: many", "synthetic:pcb");

        Ran ran = run("check", "-c", config.toString(), "--json");

        assertThat(ran.exitCode()).isEqualTo(2);
        String line = config + ":1: pipeline.lanes: expected auto or a whole number from 1 to 256, got \"many\"";
        assertThat(ran.err()).isEqualTo(line + "\n");
        assertThat(ran.out()).isEqualTo("{\"ok\":false,\"mistakes\":[\"" + line.replace("\"", "\\\"") + "\"]}\n");
    }

    @Test
    void wrongModelsAreTheConfigurationsMistakes() throws Exception {
        byte[] onnx = Files.readAllBytes(ONNX);
        Path text = Files.writeString(dir.resolve("text.onnx"), "this is no model");
        Path empty = Files.write(dir.resolve("empty.onnx"), new byte[0]);
        Path truncated = Files.write(dir.resolve("truncated.onnx"), Arrays.copyOf(onnx, onnx.length / 2));
        for (Path model : List.of(text, empty, truncated)) {
            Path config = config("model: " + model, "synthetic:pcb");
            assertMistakes(run("check", "-c", config.toString()), config + ":1: pipeline.model: ");
        }
    }

    @Test
    void mistakesOfTheModelsOwnYamlNameItsLines() throws Exception {
        Path copy = Files.copy(ONNX, dir.resolve("copy.onnx"));
        Path labels = Files.writeString(dir.resolve("labels.yaml"), "file: copy.onnx\nlabels: [a, b]\nlable: [c]\n");
        Path none = Files.writeString(dir.resolve("none.yaml"), "\nfile: none.onnx\n");
        Path size = Files.writeString(dir.resolve("size.yaml"), "file: copy.onnx\ninputSize: [320, 320]\n");
        assertThat(copy).exists();

        assertMistakes(check(labels), labels + ":3: lable: ");
        Files.writeString(labels, "file: copy.onnx\nlabels: [a, b]\n");
        assertMistakes(check(labels), labels + ":2: labels: ");
        assertMistakes(check(none), none + ":2: file: ");
        assertMistakes(check(size), size + ":2: inputSize: ");
    }

    @Test
    void bothFilesMistakesComeAtOnce() throws Exception {
        Path model = Files.writeString(dir.resolve("model.yaml"), "file: none.onnx\ncolour: red\n");
        Path config = config("model: " + model + ", lanes: -1", "synthetic:pcb");

        assertMistakes(run("check", "-c", config.toString()), config + ":1: pipeline.lanes: ", model + ":2: colour: ");
    }

    @Test
    void runRefusesAPortInUseAndADeviceThatIsNotThere() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path config = config("model: " + MODEL, "synthetic:pcb", taken.getLocalPort());
            assertMistakes(run("run", "-c", config.toString()), config + ":4: http.port: expected a free port, got ");
        }
        Path config = config("model: " + MODEL + ", device: \"cuda:9\"", "synthetic:pcb");
        Ran ran = run("run", "-c", config.toString());
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err())
                .contains(config + ":1: pipeline.device: expected a device that runs the model, but device 'cuda:9' is")
                .doesNotContain("\tat ");
        assertMistakes(run("check", "-c", config.toString()), config + ":1: pipeline.device: ");
    }

    @Test
    void runEndsWithOneWhenNoSourceCanEverBeRead() throws Exception {
        Path text = Files.writeString(dir.resolve("text.mp4"), "this is no video");
        Path config = config("model: " + MODEL, "file:" + text);

        Ran ran = run("run", "-c", config.toString());

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err())
                .startsWith("ringsight: source line1: unsupported: ")
                .hasLineCount(1);
    }

    @Test
    void probeSavesAPictureAndTellsWhatItSaw() {
        Path picture = dir.resolve("board.png");

        Ran ran = run("probe", "synthetic:pcb", "-o", picture.toString());

        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).contains("size      640x640 yuv420p").contains("saved     " + picture);
        assertThat(picture).isNotEmptyFile();
    }

    @Test
    void probeTellsWhyNotWithoutThePassword() throws Exception {
        Ran ran = run("probe", "rtsp://me:secret99@127.0.0.1:" + FreePort.take() + "/x");

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("refused").doesNotContain("secret99").hasLineCount(1);
        assertThat(run("probe", "gopher://x").exitCode()).isEqualTo(2);
        assertThat(run("probe", "synthetic:pcb", "-o", "x.bmp").err()).contains("expected a picture file .png or .jpg");
        assertThat(run("probe", "none.mp4", "--json").out()).contains("\"ok\":false", "\"reason\":\"not-found\"");
    }

    @Test
    void doctorFindsTheLibrariesAndEndsWithZero() {
        Ran ran = run("doctor");

        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out())
                .contains("yes ONNX Runtime   1.", "yes FFmpeg         ", "yes OpenCV         ")
                .containsPattern("yes RTSP +a camera of our own at rtsp://127.0.0.1:\\d+/doctor gives h264 of 64x64")
                .contains("draws and writes a picture");
        assertThat(run("doctor", "--json").out()).startsWith("{\"version\":").hasLineCount(1);
    }

    @Test
    void checkRefusesASinkThatWouldWriteIntoAVideoItReads() throws Exception {
        Path video = Files.writeString(dir.resolve("out.jsonl"), "a video");
        Path config = config("model: " + MODEL, "file:" + video);

        assertMistakes(
                run("check", "-c", config.toString()),
                config + ":3: sinks[0].jsonl.path: expected a file that nothing else uses, got \"" + video + "\"");
        assertThat(video).hasContent("a video");
    }

    private Ran check(Path model) throws Exception {
        return run("check", "-c", config("model: " + model, "synthetic:pcb").toString());
    }

    private static void assertMistakes(Ran ran, String... beginnings) {
        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(2);
        List<String> lines = ran.err().lines().toList();
        assertThat(lines).as(ran.err()).hasSameSizeAs(beginnings);
        for (int i = 0; i < beginnings.length; i++) {
            assertThat(lines.get(i)).startsWith(beginnings[i]).doesNotContain("Exception", "at io.");
        }
    }

    private Path config(String pipeline, String uri) throws Exception {
        return config(pipeline, uri, 0);
    }

    private Path config(String pipeline, String uri, int port) throws Exception {
        return Files.writeString(
                dir.resolve("pipeline.yaml"), """
                pipeline: {%s}
                sources: [{id: line1, uri: "%s"}]
                sinks: [{jsonl: {path: "%s"}}]
                http: {port: %d}
                """.formatted(pipeline, uri, dir.resolve("out.jsonl"), port));
    }

    private static Ran run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.run(new PrintWriter(out), new PrintWriter(err), args);
        return new Ran(exitCode, out.toString(), err.toString());
    }
}
