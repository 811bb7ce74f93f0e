package io.ringsight.sinks.spool;

import io.ringsight.core.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over what Ringsight 0.1.0 left: files of record batches in Kafka's log format (version 2), one message each, with
 * a cursor and a state of their own. Once: they are deleted afterwards.
 */
final class LegacyLog {
    private static final Logger LOG = LoggerFactory.getLogger(LegacyLog.class);
    private static final String SUFFIX = ".log";

    private final Path dir;
    private final SpoolCursor cursor;
    private long next;
    /** Entries taken over before this offset may be with the receiver already. */
    private long mayBeSentBefore;

    private boolean isDamaged;

    private LegacyLog(Path dir, long next) {
        this.dir = dir;
        this.next = next;
        cursor = SpoolCursor.open(dir, SpoolCursor.LEGACY_NAME);
    }

    /**
     * Makes files of today's format of what an earlier version left, if it did; its numbers continue those that are known.
     *
     * @return whether some of it was damaged
     */
    static boolean takeOver(Path dir, SpoolState state, SpoolCursor cursor, Clock clock) throws IOException {
        if (!isIn(dir)) {
            return false;
        }
        List<Segment> known = SpoolRecovery.run(
                        () -> new SpoolRecovery(dir, state, clock, cursor.committed(), false), true)
                .segments();
        long last = known.isEmpty() ? -1 : known.get(known.size() - 1).lastOffset;
        long free = Math.max(Math.max(last, state.lastOffset()) + 1, Math.max(state.next(), cursor.committed()));
        LegacyLog legacy = new LegacyLog(dir, free);
        legacy.takeOver(state);
        if (legacy.mayBeSentBefore > 0) {
            cursor.handingOver(legacy.mayBeSentBefore - 1);
        }
        state.write(state.next());
        legacy.delete();
        return legacy.isDamaged;
    }

    private static boolean isIn(Path dir) throws IOException {
        return !files(dir).isEmpty() || Files.exists(dir.resolve(SpoolState.LEGACY_NAME));
    }

    private static List<Path> files(Path dir) throws IOException {
        try (Stream<Path> all = Files.list(dir)) {
            return all.filter(file -> file.getFileName().toString().matches("[0-9]{20}\\" + SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    private void takeOver(SpoolState state) throws IOException {
        long after = cursor.committed() - 1;
        int messages = 0;
        for (Path file : files(dir)) {
            List<SpoolEntry> entries = new ArrayList<>();
            for (SpoolEntry old : read(file)) {
                if (old.offset() > after) {
                    // the holes between them stay: they say where something is missing
                    next += old.offset() - after - 1;
                    after = old.offset();
                    mayBeSentBefore = old.offset() < cursor.handOverLimit() ? next + 1 : mayBeSentBefore;
                    entries.add(new SpoolEntry(next++, old.message(), old.appendedNs()));
                }
            }
            if (!entries.isEmpty()) {
                long base = entries.get(0).offset();
                Segment.replace(dir.resolve(Segment.fileName(base)), base, false, entries);
            }
            messages += entries.size();
        }
        state.adopt(SpoolState.read(dir, SpoolState.LEGACY_NAME));
        LOG.info("{}: took over {} messages of an earlier version's spool", dir, messages);
    }

    private void delete() throws IOException {
        for (Path file : files(dir)) {
            Files.delete(file);
        }
        cursor.close();
        Files.deleteIfExists(dir.resolve(SpoolCursor.LEGACY_NAME));
        Files.deleteIfExists(dir.resolve(SpoolState.LEGACY_NAME));
    }

    private List<SpoolEntry> read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        List<SpoolEntry> entries = new ArrayList<>();
        int damagedFrom = -1;
        for (int at = 0; at < bytes.capacity(); ) {
            SpoolEntry entry = LegacyBatch.entryAt(bytes, at);
            if (entry != null) {
                keepDamaged(file, damagedFrom, at);
                damagedFrom = -1;
                entries.add(entry);
            } else if (damagedFrom < 0) {
                damagedFrom = at;
            }
            at += entry == null ? 1 : LegacyBatch.length(bytes, at);
        }
        keepDamaged(file, damagedFrom, bytes.capacity());
        return entries;
    }

    private void keepDamaged(Path file, int from, int to) {
        if (from >= 0) {
            isDamaged = true;
            new DamagedBytes(dir).keep(file, from, to - from);
            LOG.warn("{}: {} bytes at {} are damaged or incomplete", file, to - from, from);
        }
    }
}
