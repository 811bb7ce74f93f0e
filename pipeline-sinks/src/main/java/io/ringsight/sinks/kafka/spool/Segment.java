package io.ringsight.sinks.kafka.spool;

import java.nio.file.Path;

/** One file of the spool and what is known of it. Owned by the spool. */
final class Segment {
    static final String SUFFIX = ".log";

    final Path path;
    /** No entry has a lower offset. */
    final long base;

    long bytes;
    /** Of its last entry; below {@link #base} while there is none. */
    long lastOffset;

    int entries;
    long firstUtcNs;
    long lastUtcNs;
    /** Whether its frames have been dropped. */
    boolean compacted;

    Segment(Path path, long base) {
        this.path = path;
        this.base = base;
        lastOffset = base - 1;
    }

    /** Twenty digits, as Kafka names its files: by their names they lie in order. */
    static String fileName(long base) {
        return String.format(java.util.Locale.ROOT, "%020d%s", base, SUFFIX);
    }

    void added(SpoolEntry entry, long bytesNow) {
        bytes = bytesNow;
        lastOffset = entry.offset();
        if (entries == 0) {
            firstUtcNs = entry.message().utcNs();
        }
        lastUtcNs = entry.message().utcNs();
        entries++;
    }
}
