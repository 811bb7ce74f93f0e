package io.ringsight.sinks.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a journal to one process, for as long as that lives: by a file of its own, since the journal itself is replaced. One
 * thread at a time.
 */
public final class JournalLock {
    private final Path path;
    private FileChannel lockFile;

    /** Takes nothing yet. */
    public JournalLock(Path path) {
        this.path = path;
    }

    /**
     * Takes it, unless it is taken.
     *
     * @throws IOException if another has it, or its file cannot be made
     */
    public void take() throws IOException {
        if (lockFile != null) {
            return;
        }
        FileChannel opened = FileChannel.open(
                path.resolveSibling(path.getFileName() + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = opened.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            opened.close();
            throw new IOException(path + " is used by another process");
        }
        lockFile = opened;
    }

    /** Lets others take it. */
    public void close() {
        try {
            if (lockFile != null) {
                lockFile.close();
            }
        } catch (IOException expected) {
            // The lock ends with the process.
        }
    }
}
