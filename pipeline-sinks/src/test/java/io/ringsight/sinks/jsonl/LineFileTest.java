package io.ringsight.sinks.jsonl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineFileTest {
    @TempDir
    private Path folder;

    private Path path;
    private LineFile file;

    @BeforeEach
    void open() {
        path = folder.resolve("out.jsonl");
        file = new LineFile(path, 1 << 20, 2);
    }

    @AfterEach
    void close() {
        file.close();
    }

    private void write(String text) throws IOException {
        file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** As logrotate does with {@code create}. */
    @Test
    void followsThePathWhenAnotherProgramRenamesTheFile() throws IOException {
        write("1\n");
        Files.move(path, folder.resolve("out.jsonl-1"));
        Files.createFile(path);
        write("2\n");
        assertThat(folder.resolve("out.jsonl-1")).hasContent("1\n");
        assertThat(path).hasContent("2\n");
    }

    /** As logrotate does with {@code copytruncate}. */
    @Test
    void goesOnAtTheBeginningWhenAnotherProgramCutsTheFileOff() throws IOException {
        write("a long first line\n");
        FileChannel.open(path, StandardOpenOption.WRITE).truncate(0).close();
        write("2\n");
        assertThat(Files.readAllBytes(path)).isEqualTo("2\n".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void endsTheHalfLineOfAKilledProcess() throws IOException {
        Files.writeString(path, "1\n{half");
        write("2\n");
        assertThat(path).hasContent("1\n{half\n2\n");
    }

    @Test
    void isKeptToOneSinkOfAProcess() throws IOException {
        file.claim();
        assertThatThrownBy(new LineFile(path, 1 << 20, 2)::claim)
                .isInstanceOf(FileInUseException.class)
                .hasMessageContaining(path + " is in use by another Ringsight sink of this process");
    }

    /** Holds a file until it is killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws IOException {
            new LineFile(Path.of(args[0]), 1 << 20, 2).claim();
            System.out.println("held");
            int end = System.in.read();
            System.out.println(end);
        }
    }

    @Test
    void isRefusedToASecondProcessWhichNamesTheFirst() throws IOException {
        Process holder = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        path.toString())
                .start();
        try (BufferedReader out = holder.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("held");
            assertThatThrownBy(file::claim)
                    .isInstanceOf(FileInUseException.class)
                    .hasMessage(path + " is in use by another Ringsight (process " + holder.pid() + ")");
        } finally {
            holder.destroyForcibly().onExit().join();
        }
        file.claim();
        write("1\n");
        assertThat(path).hasContent("1\n");
    }
}
