package io.ringsight.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.JavaCommand;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process, because a name relative to the working directory is what looks like a URI. */
@Timeout(300)
class ProbeFileNamesTest {
    private static final Path ROOT = Path.of(System.getProperty("ringsight.root"));
    private static final long LIMIT_S = 240;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"a:b.png", "q?.png", "q?loop", "file:c.png"})
    void aFileThatIsThereIsAFileWhateverItsName(String name) throws Exception {
        Files.copy(ROOT.resolve("conf/images/annotated.png"), folder.resolve(name));
        File said = folder.resolve("said.txt").toFile();
        Process probe = new ProcessBuilder(JavaCommand.of(List.of(), "io.ringsight.app.Main", List.of("probe", name)))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said)
                .start();
        try {
            assertThat(probe.waitFor(LIMIT_S, TimeUnit.SECONDS)).isTrue();
        } finally {
            probe.destroyForcibly();
        }

        assertThat(said).content().contains("source    file:" + name, "codec     png");
        assertThat(probe.exitValue()).isZero();
    }
}
