package io.ringsight.sinks.spool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder where the damaged bytes of spool files are kept for whoever wants to look at them. Bounded: what is there
 * longest is deleted first.
 */
final class DamagedBytes {
    static final String FOLDER = "damaged";
    private static final Logger LOG = LoggerFactory.getLogger(DamagedBytes.class);
    private static final long MAX_BYTES = 16L << 20;
    private static final int MAX_FILES = 100;

    private final Path dir;

    DamagedBytes(Path spoolDir) {
        dir = spoolDir.resolve(FOLDER);
    }

    /** Copies a part of a file, at most {@value #MAX_BYTES} bytes of it. A disk that refuses is not an error here. */
    void keep(Path file, long position, long bytes) {
        Path copy = dir.resolve(file.getFileName() + "-" + position);
        try {
            Files.createDirectories(dir);
            try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ);
                    FileChannel to = FileChannel.open(
                            copy,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.TRUNCATE_EXISTING)) {
                from.transferTo(position, Math.min(bytes, MAX_BYTES), to);
            }
            bound();
        } catch (IOException e) {
            LOG.warn("{}: the damaged bytes could not be kept: {}", copy, e.getMessage());
        }
    }

    private void bound() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(dir)) {
            files = all.sorted(
                            Comparator.comparingLong(DamagedBytes::modifiedMs).reversed())
                    .toList();
        }
        long bytes = 0;
        for (int i = 0; i < files.size(); i++) {
            bytes += Files.size(files.get(i));
            if (i >= MAX_FILES || bytes > MAX_BYTES && i > 0) {
                Files.deleteIfExists(files.get(i));
            }
        }
    }

    private static long modifiedMs(Path file) {
        return file.toFile().lastModified();
    }
}
