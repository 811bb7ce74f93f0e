package io.ringsight.sinks.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps a spool's directory, or what lies there, to one process: a lock the system takes back when the process ends, however it ends. */
public final class SpoolLock implements Closeable {
    private static final String NAME = "lock";

    private final FileChannel channel;

    private SpoolLock(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws SpoolException if another process has it, or this one */
    static SpoolLock take(Path dir) {
        return take(dir, NAME);
    }

    /**
     * As above, for what {@code name} stands for.
     *
     * @throws SpoolException if another process has it, or this one
     */
    public static SpoolLock take(Path dir, String name) {
        Path file = dir.resolve(name);
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new SpoolException("no file can be made in " + dir, e);
        }
        if (!locks(channel)) {
            String owner = owner(file);
            close(channel);
            throw new SpoolException((name.equals(NAME) ? dir : file) + " is in use by another Ringsight" + owner);
        }
        tellOwner(channel);
        return new SpoolLock(channel);
    }

    private static boolean locks(FileChannel channel) {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException expected) {
            // Another sink of this process has it.
            return false;
        } catch (IOException e) {
            // A file system without locks: better to go on than not to start.
            return true;
        }
    }

    private static String owner(Path file) {
        try {
            String pid = Files.readString(file).strip();
            return pid.matches("[0-9]{1,10}") ? " (process " + pid + ")" : "";
        } catch (IOException expected) {
            // Only for the message.
            return "";
        }
    }

    private static void tellOwner(FileChannel channel) {
        try {
            String pid = ProcessHandle.current().pid() + "\n";
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
        } catch (IOException expected) {
            // A full disk: the lock holds all the same.
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException expected) {
            // Nothing was written.
        }
    }

    @Override
    public void close() {
        close(channel);
    }
}
