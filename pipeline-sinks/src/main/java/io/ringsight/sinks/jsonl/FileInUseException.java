package io.ringsight.sinks.jsonl;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file is written by another process, or by another sink of this one. */
public final class FileInUseException extends IOException {
    private static final long serialVersionUID = 1L;

    private FileInUseException(Path path, String owner) {
        super(path + " is in use by another Ringsight" + owner);
    }

    /** Locks a file until its channel is closed. File systems without locks are no error. */
    static void lock(FileChannel channel, Path path) throws FileInUseException {
        try {
            if (channel.tryLock() == null) {
                throw new FileInUseException(path, owner(path));
            }
        } catch (OverlappingFileLockException e) {
            throw new FileInUseException(path, " sink of this process");
        } catch (FileInUseException e) {
            throw e;
        } catch (IOException expected) {
            // A file system without locks: better to go on than not to start.
            return;
        }
    }

    /** As Linux tells it: {@code 1: POSIX ADVISORY WRITE pid major:minor:inode start end}. */
    private static String owner(Path path) {
        try {
            String inode = ":" + Files.getAttribute(path, "unix:ino");
            List<String> locks = Files.readAllLines(Path.of("/proc/locks"));
            return locks.stream()
                    .map(line -> line.split("\\s+"))
                    .filter(words -> words.length > 5 && words[5].endsWith(inode))
                    .map(words -> " (process " + words[4] + ")")
                    .findFirst()
                    .orElse("");
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException expected) {
            // Only for the message.
            return "";
        }
    }
}
