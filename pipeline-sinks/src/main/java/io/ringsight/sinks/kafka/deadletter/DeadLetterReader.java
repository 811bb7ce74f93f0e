package io.ringsight.sinks.kafka.deadletter;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * The dead letters of one spool, those set aside longest first, each once, without those that were sent again. Reads
 * beside a daemon that goes on setting messages aside. Holds one message at a time, and the names of all: no more than
 * the files' bounds allow. One thread.
 */
public final class DeadLetterReader implements Closeable {
    /** No message is so long: what is has lost its line feed. */
    private static final int MAX_LINE_BYTES = 64 << 20;

    private final Deque<InputStream> files = new ArrayDeque<>();
    /** Names met, and those not wanted. */
    private final Set<String> known;

    private long unreadable;

    private DeadLetterReader(Set<String> unwanted) {
        known = new HashSet<>(unwanted);
    }

    /**
     * Opens those of the spool in {@code dir}; there are none if there is no such folder.
     *
     * @throws IOException if a file is there and cannot be read
     */
    public static DeadLetterReader open(Path dir) throws IOException {
        return openWithout(dir, ResentMarks.read(dir));
    }

    /** As above, with those that were sent again, without {@code unwanted}. */
    static DeadLetterReader openWithout(Path dir, Set<String> unwanted) throws IOException {
        DeadLetterReader reader = new DeadLetterReader(unwanted);
        try {
            // The newer first: a file that is set aside meanwhile is met twice then, and not missed.
            reader.add(DeadLetters.path(dir));
            reader.add(DeadLetters.olderPath(dir));
            return reader;
        } catch (IOException e) {
            reader.close();
            throw e;
        }
    }

    /** How many letters one file holds, damaged ones included, without {@code unwanted}. */
    static long count(Path file, Set<String> unwanted) throws IOException {
        long count = 0;
        try (DeadLetterReader reader = new DeadLetterReader(unwanted)) {
            reader.add(file);
            while (reader.next() != null) {
                count++;
            }
            return count + reader.unreadable();
        }
    }

    private void add(Path file) throws IOException {
        try {
            files.addFirst(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
        } catch (NoSuchFileException expected) {
            // Nothing was set aside, or not so much.
        }
    }

    /** The next, or null after the last. */
    public DeadLetter next() throws IOException {
        while (!files.isEmpty()) {
            byte[] line = line(files.peekFirst());
            if (line == null) {
                files.removeFirst().close();
                continue;
            }
            DeadLetter letter = DeadLetter.read(line);
            if (letter == null) {
                unreadable++;
            } else if (known.add(letter.messageId())) {
                return letter;
            }
        }
        return null;
    }

    /** Lines met that are damaged. */
    public long unreadable() {
        return unreadable;
    }

    /** The next whole line, or null: one without its end is being written, or a kill cut it off. */
    private static byte[] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(1 << 12);
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                return line.toByteArray();
            }
            if (line.size() < MAX_LINE_BYTES) {
                line.write(c);
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        while (!files.isEmpty()) {
            files.removeFirst().close();
        }
    }
}
