package io.ringsight.sinks.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A file of lines. Each is appended whole or not at all; from time to time the owner has the file written again, with only
 * the lines that still count, and the new one takes the place of the old at once.
 *
 * <p>Closed by itself when the disk fails: what it holds then nobody knows, so {@link #rewrite} opens it again. One thread
 * at a time.
 */
public final class JournalFile {
    private final Path path;
    private FileChannel channel;

    /** Opens nothing. */
    public JournalFile(Path path) {
        this.path = path;
    }

    /** Whether lines can be appended. */
    public boolean isOpen() {
        return channel != null;
    }

    /** What was written before, by this or another process; none where there is no file. A torn last line is there, too. */
    public List<String> read() throws IOException {
        if (!Files.exists(path)) {
            return List.of();
        }
        return new String(Files.readAllBytes(path), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    /** Bytes in the file, which is open. */
    public long size() throws IOException {
        return channel.size();
    }

    /**
     * Appends to the file, which is open.
     *
     * @param durably whether the line is to outlive a power cut
     * @throws IOException if it is not there; then the file is closed
     */
    public void append(String line, boolean durably) throws IOException {
        long before = channel.size();
        try {
            write(channel, line);
            if (durably) {
                channel.force(false);
            }
        } catch (IOException e) {
            cutBack(before);
            close();
            throw e;
        }
    }

    /** What could not be kept must not be found there later: something else was told meanwhile. */
    private void cutBack(long size) {
        try {
            channel.truncate(size);
        } catch (IOException expected) {
            // The owner writes the whole file again before it appends more.
        }
    }

    /** Writes {@code lines} to a new file, which takes the place of the old one, and opens it. */
    public void rewrite(List<String> lines) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        Path next = path.resolveSibling(path.getFileName() + ".next");
        FileChannel made = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        try {
            for (String line : lines) {
                write(made, line);
            }
            made.force(true);
            Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            made.close();
            // on a full disk it would take what other journals need
            Files.deleteIfExists(next);
            throw e;
        }
        close();
        channel = made;
        keepName();
    }

    /** That the new file has the name is to outlive a power cut as well. */
    private void keepName() throws IOException {
        try (FileChannel dir = FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            dir.force(true);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private static void write(FileChannel to, String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + '\n').getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    /** Lets go of it. Closing twice is allowed. */
    public void close() {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException expected) {
                // What was to be durable was forced to the disk before.
            }
        }
    }
}
