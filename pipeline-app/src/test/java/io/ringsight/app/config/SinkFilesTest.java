package io.ringsight.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.core.infer.FakeBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No sink may write into what the same configuration reads, or into another sink's files. */
class SinkFilesTest {
    private static final String NOTHING_ELSE = "sinks[0].jsonl.path: expected a file that nothing else uses, got \"";
    private static final String OF_ITS_OWN = "sinks[0].kafka.spool.dir: expected a directory of its own, got \"";

    @TempDir
    private Path dir;

    private Path video;

    @BeforeEach
    void files() throws Exception {
        Files.createDirectories(dir.resolve("clips"));
        video = Files.writeString(dir.resolve("clips/a.mp4"), "a video");
        Files.writeString(dir.resolve("model.onnx"), "");
    }

    @Test
    void aFileSinkMayNotBeAVideoThatIsRead() throws Exception {
        Path link = Files.createSymbolicLink(dir.resolve("link.jsonl"), video);
        Path hardLink = Files.createLink(dir.resolve("hard.jsonl"), video);

        for (Path sink : List.of(video, dir.resolve("clips/../clips/a.mp4"), link, hardLink)) {
            for (String source : List.of("clips/a.mp4", "clips", "clips/*.mp4")) {
                assertThat(mistakes(dir.resolve(source), jsonl(sink)))
                        .containsExactly(NOTHING_ELSE + sink + "\", which is a file of source \"a\"");
            }
        }
        assertThat(video).hasContent("a video");
    }

    @Test
    void aFileSinkMayNotBeAVideoThatIsNotThereYet() throws Exception {
        Path later = dir.resolve("later.mp4");

        assertThat(mistakes(later, jsonl(later))).singleElement().asString().endsWith("is a file of source \"a\"");
    }

    @Test
    void aFileThatRotationWouldReplaceMayNotBeReadEither() throws Exception {
        Path second = Files.move(video, dir.resolve("out.jsonl.2"));
        Path sink = dir.resolve("out.jsonl");

        assertThat(mistakes(second, jsonl(sink)))
                .containsExactly(NOTHING_ELSE + second + "\", which is a file of source \"a\"");
        assertThat(mistakes(second, "jsonl: {path: \"" + sink + "\", keep: 1}")).isEmpty();
    }

    @Test
    void aFileSinkMayNotBeTheModelOrTheConfiguration() throws Exception {
        assertThat(mistakes(video, jsonl(dir.resolve("model.onnx"))))
                .containsExactly(NOTHING_ELSE + dir.resolve("model.onnx") + "\", which is the model");
        assertThat(mistakes(video, jsonl(dir.resolve("pipeline.yaml"))))
                .containsExactly(NOTHING_ELSE + dir.resolve("pipeline.yaml") + "\", which is this configuration");
    }

    @Test
    void twoSinksMayNotWriteOneFile() throws Exception {
        Path other = Files.createSymbolicLink(dir.resolve("other.jsonl"), dir.resolve("out.jsonl"));

        assertThat(mistakes(video, jsonl(dir.resolve("out.jsonl")), jsonl(other)))
                .hasSize(1)
                .first()
                .asString()
                .contains("sinks[1].jsonl.path")
                .endsWith("which the sink on line 4 writes");
        assertThat(mistakes(video, jsonl(dir.resolve("out.jsonl")), jsonl(dir.resolve("out.jsonl.3"))))
                .hasSize(1);
    }

    @Test
    void aSpoolMayNotBeWhereFilesAreRead() throws Exception {
        String holds = "\", which holds a file of source \"a\"";

        for (Path source : List.of(video, video.getParent())) {
            assertThat(mistakes(source, kafka(dir, "clips"))).containsExactly(OF_ITS_OWN + video.getParent() + holds);
        }
        assertThat(mistakes(video, kafka(dir.resolve("clips"), "a.mp4"))).containsExactly(OF_ITS_OWN + video + holds);
    }

    @Test
    void aDeadLetterFileMayNotBeReadByAnotherName() throws Exception {
        Path spool = Files.createDirectories(dir.resolve("spool/t"));
        Files.createLink(spool.resolve("dead-letters.jsonl"), video);

        assertThat(mistakes(video, kafka(dir.resolve("spool"), "t"))).hasSize(1);
    }

    @Test
    void aFileSinkMayNotLieInASpool() throws Exception {
        assertThat(mistakes(video, jsonl(dir.resolve("spool/t/dead-letters.jsonl")), kafka(dir.resolve("spool"), "t")))
                .singleElement()
                .asString()
                .endsWith("which is in the spool of the sink on line 5");
    }

    @Test
    void filesBesideThoseThatAreReadAreFine() throws Exception {
        Files.writeString(dir.resolve("clips/out.jsonl"), "");

        assertThat(mistakes(
                        video.getParent(),
                        jsonl(dir.resolve("clips/out.jsonl")),
                        jsonl(Path.of("/dev/null")),
                        kafka(dir.resolve("clips"), "spool"),
                        kafka(dir.resolve("clips"), "Spool")))
                .isEmpty();
    }

    @Test
    void globsAndSequencesThatAreMalformedAreNoneOfItsBusiness() throws Exception {
        for (String name : List.of("clips/[a.mp4", "clips/%99d.mp4", "clips/[z-a].mp4", "clips/**[!]")) {
            assertThat(mistakes(dir.resolve(name), jsonl(dir.resolve("out.jsonl"))))
                    .as(name)
                    .isEmpty();
        }
    }

    private static String jsonl(Path path) {
        return "jsonl: {path: \"" + path + "\"}";
    }

    private static String kafka(Path spool, String topic) {
        return "kafka: {bootstrapServers: \"broker:9092\", topic: " + topic + ", spool: {dir: \"" + spool + "\"}}";
    }

    /** Without the file's name and the line. */
    private List<String> mistakes(Path source, String... sinks) throws Exception {
        Path file =
                Files.writeString(dir.resolve("pipeline.yaml"), """
                pipeline: {model: model.onnx}
                sources: [{id: a, uri: "file:%s"}]
                sinks:
                  - %s
                """.formatted(source, String.join("\n  - ", sinks)));
        ConfigReader reader = new ConfigReader(file, Map.of(), dir, path -> FakeBackend.SPEC);
        ConfigException e = catchThrowableOfType(ConfigException.class, reader::read);
        return e == null
                ? List.of()
                : e.mistakes().stream()
                        .map(line -> line.substring(file.toString().length()).replaceFirst("^:\\d+: ", ""))
                        .toList();
    }
}
