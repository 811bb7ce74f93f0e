package io.ringsight.sinks.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;

/** One file of the spool and what is known of it. Owned by the spool. */
final class Segment {
    static final String SUFFIX = ".spool";

    final Path path;
    /** No entry has a lower offset. */
    final long base;

    long bytes = SpoolFormat.FILE_HEADER_BYTES;
    /** Of its last entry; below {@link #base} while there is none. */
    long lastOffset;

    int entries;
    long firstUtcNs;
    String firstEpoch;
    String lastEpoch;
    /** When its entries were appended, by this run's monotonic clock. */
    long firstNs;

    long lastNs;
    /** Whether its frames have been dropped. */
    boolean compacted;

    Segment(Path path, long base) {
        this.path = path;
        this.base = base;
        lastOffset = base - 1;
    }

    /** Twenty digits: by their names the files lie in order. */
    static String fileName(long base) {
        return String.format(Locale.ROOT, "%020d%s", base, SUFFIX);
    }

    void added(SpoolEntry entry, long bytesNow) {
        bytes = bytesNow;
        lastOffset = entry.offset();
        lastNs = entry.appendedNs();
        lastEpoch = entry.message().key().streamEpoch();
        if (entries == 0) {
            firstUtcNs = entry.message().utcNs();
            firstNs = entry.appendedNs();
            firstEpoch = lastEpoch;
        }
        entries++;
    }

    /** Takes over the times of the one with its path: those of this run's clock are not in the file. */
    void keepTimes(List<Segment> before) {
        for (Segment known : before) {
            if (known.path.equals(path)) {
                firstNs = known.firstNs;
                lastNs = known.lastNs;
            }
        }
    }

    /** Whether it has frames that may be dropped. */
    boolean isRaw() {
        return entries > 0 && !compacted;
    }

    /** Bytes of these files. */
    static long bytes(List<Segment> segments) {
        long bytes = 0;
        for (int i = 0; i < segments.size(); i++) {
            bytes += segments.get(i).bytes;
        }
        return bytes;
    }

    /** How many entries of these files have this offset or a higher one. */
    static long entriesFrom(long offset, List<Segment> segments) throws IOException {
        long found = 0;
        for (Segment segment : segments) {
            found += segment.entriesFrom(offset);
        }
        return found;
    }

    /** How many of its entries have this offset or a higher one. */
    private int entriesFrom(long offset) throws IOException {
        if (base >= offset || lastOffset < offset) {
            return base >= offset ? entries : 0;
        }
        int count = 0;
        try (SegmentReader reader = new SegmentReader(this)) {
            for (SpoolEntry entry = reader.next(bytes); entry != null; entry = reader.next(bytes)) {
                count += entry.offset() >= offset ? 1 : 0;
            }
        }
        return count;
    }

    /**
     * A file of just these entries, in the place of any that was there: whenever the process ends, {@code path} is the
     * one or the other.
     */
    static Segment replace(Path path, long base, boolean compacted, List<SpoolEntry> entries) throws IOException {
        Segment fresh = new Segment(path, base);
        fresh.compacted = compacted;
        Path written = path.resolveSibling("rewritten.tmp");
        try (FileChannel channel = FileChannel.open(
                written, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            writeAll(channel, SpoolFormat.fileHeader(base, compacted));
            for (SpoolEntry entry : entries) {
                writeAll(channel, SpoolFormat.encode(entry));
                fresh.added(entry, channel.position());
            }
            channel.force(true);
        }
        Files.move(written, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return fresh;
    }

    static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
