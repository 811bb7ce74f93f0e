package io.ringsight.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code probe -c FILE}: all sources of a configuration. */
@Timeout(300)
class ProbeConfigurationTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));

    @TempDir
    private Path dir;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void tellsEachSourceInOneLineAndFailsIfOneDoes() throws Exception {
        Path file = configuration("""
                  - {id: line, uri: "synthetic:pcb"}
                  - {id: gone, uri: "file:%s/nowhere.mp4"}
                  - {id: picture, uri: "file:%s"}
                  - {id: closed, uri: "rtsp://me:hidden99@127.0.0.1:1/s"}
                """.formatted(dir, ROOT.resolve("conf/images/annotated.png")));
        assertThat(run("probe", "-c", file.toString())).isEqualTo(1);
        List<String> lines = out.toString().lines().toList();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).startsWith("line     ok      none ");
        assertThat(lines.get(1)).startsWith("gone     FAILED  ").contains("nowhere.mp4");
        assertThat(lines.get(2)).startsWith("picture  ok      png ").contains("one picture");
        assertThat(lines.get(3)).startsWith("closed   FAILED  ");
        assertThat(err.toString().lines()).containsExactly("ringsight: 2 of 4 sources gave no picture");
        assertThat(out + "" + err).doesNotContain("hidden99");
    }

    @Test
    void endsWellWhenAllGivePicturesAndSpeaksJson() throws Exception {
        Path file = configuration("""
                  - {id: a, name: " Line \u00fc ", uri: "synthetic:pcb"}
                  - {id: b, uri: "synthetic:boxes"}
                """);
        assertThat(run("probe", "--json", "-c", file.toString())).isZero();
        assertThat(out.toString())
                .startsWith(
                        "{\"ok\":true,\"sources\":[{\"id\":\"a\",\"name\":\"Line \u00fc\",\"ok\":true,\"uri\":\"synthetic:pcb\"")
                .contains("{\"id\":\"b\",\"ok\":true,");
        assertThat(out.toString().lines()).hasSize(1);
    }

    @Test
    void showsNamesInAColumnWithTheIds() throws Exception {
        Path file = configuration("""
                  - {id: a, name: Over the oven, uri: "synthetic:pcb"}
                  - {id: line2, uri: "synthetic:boxes"}
                """);
        assertThat(run("probe", "-c", file.toString())).isZero();
        assertThat(out.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("a \"Over the oven\"  ok      none "),
                        line -> assertThat(line).startsWith("line2              ok      none "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"probe", "probe -c FILE synthetic:pcb", "probe -c FILE -o x.png", "probe -c FILE --username u"})
    void wantsAUriOrAConfiguration(String line) throws Exception {
        Path file = configuration("  - {id: a, uri: \"synthetic:pcb\"}\n");
        assertThat(run(line.replace("FILE", file.toString()).split(" "))).isEqualTo(2);
        assertThat(err.toString()).startsWith("ringsight: ").contains("-c FILE");
        assertThat(out.toString()).isEmpty();
    }

    private Path configuration(String sources) throws Exception {
        return Files.writeString(
                dir.resolve("pipeline.yaml"),
                "pipeline: {model: " + ROOT.resolve("conf/models/pcb-defect.yaml") + "}\nsources:\n" + sources
                        + "sinks: [{jsonl: {path: \"-\"}}]\n");
    }

    private int run(String... arguments) {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
