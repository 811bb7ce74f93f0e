package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The configurations that are shipped to be copied. */
class ExamplesTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final Path EXAMPLES = Rig.ROOT.resolve("conf/examples");

    @TempDir
    private Path folder;

    static List<Path> configurations() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
            return Stream.concat(found.stream(), Stream.of(Rig.ROOT.resolve("scripts/package/deb/pipeline.yaml")))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void eachIsRight(Path file) throws IOException {
        // the service's configuration names the model where the package puts it
        Path checked = folder.resolve(file.getFileName().toString());
        String text = Files.readString(file)
                .replace("/usr/lib/ringsight/conf/", Rig.ROOT + "/conf/")
                .replace("/var/lib/ringsight", folder.toString());
        Files.writeString(checked, text);

        Child.Finished check = Ringsight.run(LIMIT, "check", "-c", checked.toString());

        assertThat(check.exitCode()).as(check.toString()).isZero();
    }

    @Test
    void theShortestOneRuns() throws IOException {
        String yaml = Files.readString(EXAMPLES.resolve("synthetic-to-file.yaml"));
        try (Child daemon = Ringsight.daemon(folder, yaml)) {
            Path messages = folder.resolve("out/detections.jsonl");
            daemon.await(
                    "five messages",
                    LIMIT,
                    () -> Files.exists(messages) && Child.read(messages).lines().count() > 5);
            daemon.signal("TERM");
            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
        }
    }

    @Test
    void theRecordingRunsToItsEnd() throws IOException {
        String yaml = Files.readString(EXAMPLES.resolve("recording-to-stdout.yaml"))
                .replace("file:${CLIP:-clip.mp4}", "file:" + Rig.ROOT.resolve("conf/images/annotated.png"));
        try (Child daemon = Ringsight.daemon(folder, yaml)) {
            assertThat(daemon.waitFor(LIMIT)).as(daemon.err()).isZero();
            assertThat(daemon.out()).contains("\"type\":\"frame\"").contains("\"reason\":\"ended\"");
        }
    }
}
