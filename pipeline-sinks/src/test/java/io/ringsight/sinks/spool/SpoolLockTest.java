package io.ringsight.sinks.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class SpoolLockTest {
    @TempDir
    private Path dir;

    /** Holds a directory until it is killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws IOException {
            SpoolLock.take(Path.of(args[0]));
            System.out.println("held");
            int end = System.in.read();
            System.out.println(end);
        }
    }

    /** Two processes in one spool would send its messages twice and delete each other's files. */
    @Test
    void aDirectoryIsRefusedToASecondProcessUntilTheFirstIsGone() throws IOException {
        Process holder = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        dir.toString())
                .start();
        try (BufferedReader out = holder.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("held");
            assertThatThrownBy(() -> SpoolLock.take(dir))
                    .isInstanceOf(SpoolException.class)
                    .hasMessage(dir + " is in use by another Ringsight (process " + holder.pid() + ")");
        } finally {
            holder.destroyForcibly().onExit().join();
        }
        SpoolLock.take(dir).close();
    }
}
