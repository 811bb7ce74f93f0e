package io.ringsight.sinks.spool;

import io.ringsight.core.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;

/**
 * The files of a spool, oldest first. The last one grows, up to its size or its age; all before it are safe on the disk.
 * One thread.
 */
final class SpoolFiles {
    private final SpoolSpec spec;
    private final Clock clock;
    private final List<Segment> segments = new ArrayList<>();
    private final List<Segment> view = Collections.unmodifiableList(segments);
    /** Of the last segment, to append to; null before the first append and after a failure. */
    private FileChannel active;

    SpoolFiles(SpoolSpec spec, Clock clock) {
        this.spec = spec;
        this.clock = clock;
    }

    /** What is in the directory now. Of files that were known, the times stay: those of this run's clock are not in them. */
    void found(List<Segment> all) {
        List<Segment> before = List.copyOf(segments);
        all.forEach(segment -> segment.keepTimes(before));
        segments.clear();
        segments.addAll(all);
    }

    /** All of them as they are now. */
    List<Segment> all() {
        return view;
    }

    boolean isEmpty() {
        return segments.isEmpty();
    }

    Segment first() {
        return segments.get(0);
    }

    Segment last() {
        return segments.get(segments.size() - 1);
    }

    /** The offset behind the last entry; 0 without files. */
    long end() {
        return segments.isEmpty() ? 0 : last().lastOffset + 1;
    }

    /** The first that may hold this offset or a higher one; null if none does. */
    Segment firstReaching(long offset) {
        return segments.stream()
                .filter(segment -> segment.lastOffset >= offset)
                .findFirst()
                .orElse(null);
    }

    long bytes() {
        return Segment.bytes(segments);
    }

    boolean any(Predicate<Segment> condition) {
        return segments.stream().anyMatch(condition);
    }

    /**
     * Writes an entry behind all others.
     *
     * @throws IOException if the disk is full, or broken: the files are as they were before
     */
    void append(SpoolEntry entry) throws IOException {
        ByteBuffer record = SpoolFormat.encode(entry);
        int size = record.remaining();
        if (active == null || isDone(last(), size)) {
            roll(entry.offset());
        }
        Segment segment = last();
        try {
            for (long at = segment.bytes; record.hasRemaining(); ) {
                at += active.write(record, at);
            }
        } catch (IOException e) {
            cutBack(segment.bytes);
            throw e;
        }
        segment.added(entry, segment.bytes + size);
    }

    private boolean isDone(Segment segment, int more) {
        long oldEnoughNs = spec.maxAge().toNanos() / 16;
        return segment.entries > 0
                && (segment.bytes + more > spec.segmentBytes() || clock.nanoTime() - segment.firstNs > oldEnoughNs);
    }

    /** Begins a new file. What is before it is safe on the disk then: only the last one can be torn. */
    void roll(long base) throws IOException {
        syncIfOpen();
        release();
        if (!segments.isEmpty() && last().entries == 0) {
            segments.remove(segments.size() - 1);
        }
        Segment segment = new Segment(spec.dir().resolve(Segment.fileName(base)), base);
        FileChannel opened = FileChannel.open(
                segment.path,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        try {
            Segment.writeAll(opened, SpoolFormat.fileHeader(base, false));
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        active = opened;
        segments.add(segment);
    }

    private void cutBack(long size) {
        try {
            active.truncate(size);
        } catch (IOException expected) {
            // The next append begins another file; what is left here is no entry.
            active = null;
        }
    }

    /**
     * Has the disk itself take what was appended.
     *
     * @throws IOException also if the file was closed under it, by an interrupt
     */
    void sync() throws IOException {
        if (active != null) {
            active.force(false);
        }
    }

    /** As {@link #sync}, but a file that was closed under it is left as it is. */
    void syncIfOpen() throws IOException {
        if (active != null && active.isOpen()) {
            active.force(false);
        }
    }

    /** Appends no more to the last file: the next append begins another. */
    void release() throws IOException {
        FileChannel open = active;
        active = null;
        if (open != null) {
            open.close();
        }
    }

    /** Removes a file and what is in it. */
    void delete(Segment segment) throws IOException {
        if (segment == last()) {
            release();
        }
        Files.deleteIfExists(segment.path);
        segments.remove(segment);
    }

    /**
     * Puts one file of these entries in the place of the oldest files, in such an order that the files are the old ones or
     * the new one, whenever the process ends.
     */
    void replace(List<Segment> oldest, List<SpoolEntry> rest) throws IOException {
        Segment first = oldest.get(0);
        Segment fresh = Segment.replace(first.path, first.base, true, rest);
        fresh.firstNs = first.firstNs;
        fresh.lastNs = oldest.get(oldest.size() - 1).lastNs;
        segments.set(0, fresh);
        for (Segment victim : oldest.subList(1, oldest.size())) {
            Files.deleteIfExists(victim.path);
            segments.remove(victim);
        }
    }
}
