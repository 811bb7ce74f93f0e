package io.ringsight.sinks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file of lines, continued if it exists and set aside when it has grown too long. What a failed write left of a line
 * is cut off again, so that readers never meet half a line twice; half a line of a killed process is ended.
 */
public final class LineFile implements LineOutput {
    private final Path path;
    private final long maxBytes;
    private final int keep;
    private FileChannel channel;
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

    @Override
    public void write(ByteBuffer lines) throws IOException {
        if (channel != null && Files.notExists(path)) {
            close();
        }
        if (channel == null) {
            open();
        }
        if (size > 0 && isFullFor(lines.remaining())) {
            setAside();
            open();
        }
        append(lines);
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
            size = channel.position();
        } catch (IOException e) {
            cutBack();
            throw e;
        }
    }

    private void cutBack() {
        try {
            channel.truncate(size);
            channel.position(size);
        } catch (IOException expected) {
            // The file is beyond help: it is opened anew before the next write.
            close();
        }
    }

    private void open() throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
        }
        FileChannel opened =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            size = opened.size();
            opened.position(size);
            endHalfLine(opened);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        channel = opened;
    }

    private void endHalfLine(FileChannel opened) throws IOException {
        if (size == 0) {
            return;
        }
        ByteBuffer last = ByteBuffer.allocate(1);
        opened.read(last, size - 1);
        if (last.get(0) != '\n') {
            opened.write(ByteBuffer.wrap(new byte[] {'\n'}));
            size = opened.position();
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
