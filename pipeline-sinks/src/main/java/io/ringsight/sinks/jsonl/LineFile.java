package io.ringsight.sinks.jsonl;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * A file of lines, continued if it exists and set aside when it has grown too long. What a failed write left of a line
 * is cut off again, so that readers never meet half a line twice; half a line of a killed process is ended. Other programs
 * may rotate the file, by renaming it or by cutting it off.
 */
public final class LineFile implements LineOutput {
    private final Path path;
    private final long maxBytes;
    private final int keep;
    private FileChannel channel;
    private Object fileKey;
    private boolean isClaimed;
    private long size;

    /**
     * Opens nothing yet.
     *
     * @param maxBytes the size at which the file is set aside
     * @param keep how many of those set aside are kept
     */
    public LineFile(Path path, long maxBytes, int keep) {
        this.path = path;
        this.maxBytes = maxBytes;
        this.keep = keep;
    }

    /**
     * Keeps the file to this process from now on, and opens it. A file that cannot be opened is left to {@link #write}.
     *
     * @throws FileInUseException if another process has it, or another sink of this one
     */
    void claim() throws FileInUseException {
        isClaimed = true;
        try {
            open();
        } catch (FileInUseException e) {
            throw e;
        } catch (IOException expected) {
            // A disk that is full or not there yet: the first write says so.
            close();
        }
    }

    @Override
    public void write(ByteBuffer lines) throws IOException {
        if (channel != null && !isStillThere()) {
            close();
        }
        if (channel == null) {
            open();
        }
        size = channel.size();
        if (size > 0 && isFullFor(lines.remaining())) {
            setAside();
            open();
        }
        append(lines);
    }

    /** Whether the path is the file that is open: it may have been renamed or deleted to rotate it. */
    private boolean isStillThere() {
        try {
            return Objects.equals(fileKey, key());
        } catch (IOException expected) {
            // There is none any more.
            return false;
        }
    }

    private Object key() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    @Override
    public boolean isFullFor(int bytes) {
        return size + bytes > maxBytes;
    }

    private void append(ByteBuffer lines) throws IOException {
        try {
            while (lines.hasRemaining()) {
                channel.write(lines);
            }
            size = channel.size();
        } catch (IOException e) {
            cutBack();
            throw e;
        }
    }

    private void cutBack() {
        try {
            channel.truncate(size);
        } catch (IOException expected) {
            // The file is beyond help: it is opened again before the next write.
            close();
        }
    }

    /** To append: what another program cuts off, to rotate the file, stays cut off. */
    private void open() throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
        }
        // before the lock: closing any channel of a file gives the process's locks on it back
        boolean endsInHalfLine = endsInHalfLine();
        FileChannel opened = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        try {
            if (isClaimed && Files.isRegularFile(path)) {
                FileInUseException.lock(opened, path);
            }
            if (endsInHalfLine) {
                opened.write(ByteBuffer.wrap(new byte[] {'\n'}));
            }
            size = opened.size();
            fileKey = key();
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        channel = opened;
    }

    private boolean endsInHalfLine() throws IOException {
        if (!Files.isRegularFile(path) || Files.size(path) == 0) {
            return false;
        }
        try (FileChannel reading = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            reading.read(last, reading.size() - 1);
            return last.get(0) != '\n';
        }
    }

    private void setAside() throws IOException {
        close();
        if (keep == 0) {
            Files.deleteIfExists(path);
            return;
        }
        for (int i = keep; i >= 1; i--) {
            move(i == 1 ? path : numbered(i - 1), numbered(i));
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException expected) {
            // Not as many files yet.
        }
    }

    private Path numbered(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }

    @Override
    public void close() {
        FileChannel open = channel;
        channel = null;
        size = 0;
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (IOException expected) {
            // All bytes were written before, and the file is not used any more.
        }
    }
}
