package io.ringsight.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process, because native libraries that were loaded once are there: here they cannot be. */
@Timeout(300)
class MissingCodecTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final long LIMIT_S = 240;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "zstd, -DZstdNativePath=/nowhere/libzstd.so, 2",
        "snappy, -Dorg.xerial.snappy.use.systemlib=true, 2",
        "gzip, -DZstdNativePath=/nowhere/libzstd.so, 0",
    })
    void checkNamesACompressionThatCannotBeUsedHere(String codec, String hidden, int exitCode) throws Exception {
        Path config = Files.writeString(
                folder.resolve("pipeline.yaml"), """
                pipeline: {model: "%s"}
                sources: [{id: a, uri: "synthetic:pcb"}]
                sinks: [{kafka: {bootstrapServers: "localhost:9092", topic: t, properties: {compression.type: %s}}}]
                """.formatted(ROOT.resolve("conf/models/pcb-defect.yaml"), codec));
        File said = folder.resolve("said.txt").toFile();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of(hidden, "-cp", classPath(), "io.ringsight.app.Main", "check", "-c", config.toString()));
        Process check = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said)
                .start();
        try {
            assertThat(check.waitFor(LIMIT_S, TimeUnit.SECONDS)).isTrue();
        } finally {
            check.destroyForcibly();
        }

        assertThat(check.exitValue()).as(Files.readString(said.toPath())).isEqualTo(exitCode);
        if (exitCode != 0) {
            assertThat(said)
                    .content()
                    .contains(
                            ":3: sinks[0].kafka.properties.compression.type: expected a compression that works on this"
                                    + " machine, but the native library of " + codec + " cannot be loaded (")
                    .contains("set lz4 or gzip")
                    .doesNotContain("\tat ");
            assertThat(Files.readAllLines(said.toPath())).hasSize(1);
        }
    }

    private static String classPath() {
        return Arrays.stream(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                        .split(File.pathSeparator))
                .filter(entry -> !entry.contains("test-classes") && !entry.endsWith("-tests.jar"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
