package io.ringsight.sinks.kafka.spool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a spool's files as an earlier process left them, whatever ended it. */
final class SpoolRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolRecovery.class);

    private final Path dir;
    private final SpoolState state;
    private final List<Segment> segments = new ArrayList<>();
    private long cutBytes;

    SpoolRecovery(Path dir, SpoolState state) {
        this.dir = dir;
        this.state = state;
    }

    /** Finds the segments, in order, cuts off what is no entry, and brings the state up to date. */
    List<Segment> run() throws IOException {
        long after = -1;
        for (Path file : files()) {
            long base = Long.parseLong(file.getFileName().toString().replace(Segment.SUFFIX, ""));
            if (base <= after) {
                // A compaction ended between replacing the first file and deleting the others.
                Files.delete(file);
                continue;
            }
            Segment segment = read(new Segment(file, base));
            if (segment.entries == 0) {
                Files.delete(file);
            } else {
                segments.add(segment);
                after = segment.lastOffset;
            }
        }
        return segments;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(dir)) {
            List<Path> files = all.toList();
            for (Path file : files) {
                if (file.getFileName().toString().endsWith(".tmp")) {
                    Files.delete(file);
                }
            }
            return files.stream()
                    .filter(file -> file.getFileName().toString().matches("[0-9]{20}\\.log"))
                    .sorted(Comparator.comparing(Path::getFileName))
                    .toList();
        }
    }

    private Segment read(Segment segment) throws IOException {
        long size = Files.size(segment.path);
        try (SegmentReader reader = new SegmentReader(segment)) {
            for (SpoolEntry entry = reader.next(size); entry != null; entry = reader.next(size)) {
                segment.added(entry, reader.position());
                if (entry.offset() >= state.next()) {
                    state.passed(entry.message());
                }
            }
        }
        if (segment.bytes < size) {
            cutBytes += size - segment.bytes;
            LOG.warn("{}: cut {} bytes that are no whole message", segment.path, size - segment.bytes);
            try (FileChannel channel = FileChannel.open(segment.path, StandardOpenOption.WRITE)) {
                channel.truncate(segment.bytes);
            }
        }
        return segment;
    }

    /** Bytes that were cut off. */
    long cutBytes() {
        return cutBytes;
    }
}
