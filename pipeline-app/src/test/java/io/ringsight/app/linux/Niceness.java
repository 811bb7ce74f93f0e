package io.ringsight.app.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The nice values that Linux gives the threads of this process. */
public final class Niceness {
    /** Of the fields behind the name, which ends with the last parenthesis (proc_pid_stat(5)). */
    private static final int NICE = 16;

    private Niceness() {}

    public static int ofThisThread() {
        try {
            return of(Path.of("/proc/thread-self"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of those whose names begin so. */
    public static List<Integer> ofThreads(String name) {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            List<Integer> all = new ArrayList<>();
            for (Path task : (Iterable<Path>) tasks::iterator) {
                try {
                    if (Files.readString(task.resolve("comm")).startsWith(name)) {
                        all.add(of(task));
                    }
                } catch (IOException e) {
                    // The thread has ended meanwhile: there is no such file, or no such process (ESRCH).
                }
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int of(Path task) throws IOException {
        String stat = Files.readString(task.resolve("stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE]);
    }
}
