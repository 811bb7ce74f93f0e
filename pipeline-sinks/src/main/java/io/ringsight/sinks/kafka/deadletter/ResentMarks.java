package io.ringsight.sinks.kafka.deadletter;

import io.ringsight.sinks.spool.SpoolLock;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Which dead letters were sent again and acknowledged: a file of their names beside them. The dead letters themselves
 * are the daemon's, which may be running, and stay as they are. Kept to one process at a time. One thread.
 */
final class ResentMarks implements Closeable {
    private static final String NAME = "dead-letters.resent";
    private static final String LOCK = "dead-letters.lock";

    private final SpoolLock lock;
    private final OutputStream file;

    private ResentMarks(SpoolLock lock, OutputStream file) {
        this.lock = lock;
        this.file = file;
    }

    /** The names of those sent again. A name cut off by a kill does not count: its letter is sent once more. */
    static Set<String> read(Path dir) throws IOException {
        Set<String> names = new HashSet<>();
        String text;
        try {
            text = Files.readString(dir.resolve(NAME), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException expected) {
            return names;
        }
        int from = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
            names.add(new String(
                    text.substring(from, end).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
            from = end + 1;
        }
        return names;
    }

    /**
     * Opens the file to mark more, and forgets the names of letters that are there no more.
     *
     * @throws io.ringsight.sinks.spool.SpoolException if another process has it open
     */
    static ResentMarks open(Path dir) throws IOException {
        SpoolLock lock = SpoolLock.take(dir, LOCK);
        try {
            Path file = dir.resolve(NAME);
            Set<String> names = read(dir);
            names.retainAll(all(dir));
            Path fresh = dir.resolve(NAME + ".tmp");
            Files.write(fresh, names, StandardCharsets.UTF_8);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            return new ResentMarks(lock, Files.newOutputStream(file, StandardOpenOption.APPEND));
        } catch (IOException e) {
            lock.close();
            throw e;
        }
    }

    private static Set<String> all(Path dir) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        try (DeadLetterReader letters = DeadLetterReader.openWithout(dir, Set.of())) {
            for (DeadLetter letter = letters.next(); letter != null; letter = letters.next()) {
                names.add(letter.messageId());
            }
        }
        return names;
    }

    /** The letter was acknowledged. The system has the mark then: a kill does not lose it. */
    void add(String messageId) throws IOException {
        file.write((messageId + '\n').getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            lock.close();
        }
    }
}
