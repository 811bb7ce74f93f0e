package io.ringsight.app.natives;

import io.ringsight.core.time.Clock;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;

/**
 * Files of a jar, unpacked. A file counts as unpacked if its size and CRC are those in the jar's index: a full disk, a
 * power cut and a bad sector leave files of another kind. Writing takes a temporary name first, so that a kill leaves
 * nothing under the true name, and two processes that start at once each put the same file in place.
 */
final class UnpackedFiles {
    private static final String PART = ".part";
    /** Longer than any unpacking takes: what is left of one that was killed is taken away then. */
    private static final long STALE_PART_MS = 600_000;

    /** NVIDIA's libraries beyond this would take a second at each start. */
    private static final long MAX_CHECKED_BYTES = 128L << 20;

    private static final int BLOCK_BYTES = 1 << 16;

    private UnpackedFiles() {}

    /** Unpacks one entry into {@code directory}, unless it is there and whole. */
    static Path unpack(JarFile jar, JarEntry entry, Path directory) throws IOException {
        Path file = directory.resolve(Path.of(entry.getName()).getFileName());
        // a process that was killed is started again at once, when its parts are too young to take away: so always
        dropStaleParts(directory);
        if (isWhole(file, entry)) {
            return file;
        }
        Path part = Files.createTempFile(directory, file.getFileName().toString(), PART);
        try {
            try (InputStream in = jar.getInputStream(entry)) {
                Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            }
            if (!isWhole(part, entry)) {
                throw new IOException(part + " is not what was written to it: is the disk full or broken?");
            }
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
        return file;
    }

    private static boolean isWhole(Path file, JarEntry entry) throws IOException {
        try {
            return Files.isRegularFile(file) && Files.size(file) == entry.getSize() && crc(file) == entry.getCrc();
        } catch (NoSuchFileException e) {
            // another process took it away meanwhile
            return false;
        }
    }

    private static long crc(Path file) throws IOException {
        CRC32 crc = new CRC32();
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(block) >= 0) {
                crc.update(block.flip());
                block.clear();
            }
        }
        return crc.getValue();
    }

    private static void dropStaleParts(Path directory) throws IOException {
        long nowMs = Clock.system().epochNanos() / 1_000_000;
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(directory, "*" + PART)) {
            for (Path part : parts) {
                if (nowMs - lastModifiedMs(part) > STALE_PART_MS) {
                    Files.deleteIfExists(part);
                }
            }
        }
    }

    /** As late as can be where another process has put the file in place or taken it away meanwhile. */
    private static long lastModifiedMs(Path file) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (NoSuchFileException e) {
            return Long.MAX_VALUE;
        }
    }

    /**
     * Deletes what JavaCPP unpacked and takes for whole (size and time are the jar's) but is not; it unpacks that again.
     *
     * @param cache JavaCPP's directory: in it one for each jar
     * @param folder only entries below this are its own
     */
    static void dropDamaged(Path cache, String folder) throws IOException {
        if (!Files.isDirectory(cache)) {
            return;
        }
        for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path unpacked = cache.resolve(Path.of(element).getFileName());
            if (element.endsWith(".jar") && Files.isDirectory(unpacked)) {
                dropDamaged(Path.of(element), unpacked, folder);
            }
        }
    }

    private static void dropDamaged(Path jarFile, Path unpacked, String folder) throws IOException {
        try (JarFile jar = new JarFile(jarFile.toFile())) {
            for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                Path file = unpacked.resolve(entry.getName());
                // one that is being unpacked just now does not have its time yet
                if (entry.getName().startsWith(folder)
                        && entry.getSize() <= MAX_CHECKED_BYTES
                        && Files.isRegularFile(file)
                        && lastModifiedMs(file) == entry.getTime()
                        && !isWhole(file, entry)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
