package io.ringsight.sinks.spool;

import io.ringsight.core.time.Clock;
import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageType;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over what Ringsight 0.1.0 left: files of record batches in Kafka's log format (version 2), one message each, with
 * a cursor and a state of their own. Once: they are deleted afterwards.
 */
final class LegacyLog {
    private static final Logger LOG = LoggerFactory.getLogger(LegacyLog.class);
    private static final String SUFFIX = ".log";
    private static final int OVERHEAD = 12;
    private static final int BATCH_HEADER_BYTES = 61;
    private static final int MAX_BATCH_BYTES = 64 << 20;
    private static final int LEADER_EPOCH_AT = 12;
    private static final int MAGIC_AT = 16;
    private static final int CRC_AT = 17;
    private static final int ATTRIBUTES_AT = 21;
    private static final int COUNT_AT = 57;

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
            SpoolEntry entry = entryAt(bytes, at);
            if (entry != null) {
                keepDamaged(file, damagedFrom, at);
                damagedFrom = -1;
                entries.add(entry);
            } else if (damagedFrom < 0) {
                damagedFrom = at;
            }
            at += entry == null ? 1 : OVERHEAD + bytes.getInt(at + Long.BYTES);
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

    private static SpoolEntry entryAt(ByteBuffer bytes, int at) {
        if (bytes.capacity() - at < BATCH_HEADER_BYTES || bytes.get(at + MAGIC_AT) != 2) {
            return null;
        }
        int size = bytes.getInt(at + Long.BYTES);
        boolean isBatch = bytes.getInt(at + LEADER_EPOCH_AT) == -1
                && size >= BATCH_HEADER_BYTES - OVERHEAD
                && size <= MAX_BATCH_BYTES
                && OVERHEAD + size <= bytes.capacity() - at;
        if (!isBatch) {
            return null;
        }
        ByteBuffer batch = bytes.slice(at, OVERHEAD + size);
        CRC32C crc = new CRC32C();
        crc.update(batch.slice(ATTRIBUTES_AT, batch.capacity() - ATTRIBUTES_AT));
        boolean isWhole = (int) crc.getValue() == batch.getInt(CRC_AT) && batch.getInt(COUNT_AT) == 1;
        try {
            SpoolEntry entry = isWhole ? entry(batch.position(BATCH_HEADER_BYTES)) : null;
            return entry != null && entry.offset() == batch.getLong(0) ? entry : null;
        } catch (IllegalArgumentException | IndexOutOfBoundsException | BufferUnderflowException e) {
            // no record of ours, although the CRC is right
            return null;
        }
    }

    /** The one record of a batch: lengths are zigzag variable-length numbers. */
    private static SpoolEntry entry(ByteBuffer record) {
        number(record);
        record.get();
        number(record);
        number(record);
        byte[] key = bytes(record);
        byte[] text = bytes(record);
        number(record);
        bytes(record);
        String source = new String(key, StandardCharsets.UTF_8);
        String[] facts = new String(bytes(record), StandardCharsets.UTF_8).split(" ");
        long utcNs = Long.parseLong(facts[6]);
        EncodedMessage message = new EncodedMessage(
                Facts.key(source, facts[2], facts[3], facts[4], facts[5]),
                MessageType.of(facts[1]),
                utcNs,
                facts.length > 7 ? Facts.losses(facts, 7) : null,
                text);
        return new SpoolEntry(Long.parseLong(facts[0]), message, utcNs);
    }

    private static byte[] bytes(ByteBuffer from) {
        long length = number(from);
        if (length < 0 || length > from.remaining()) {
            throw new IllegalArgumentException("no length: " + length);
        }
        byte[] bytes = new byte[(int) length];
        from.get(bytes);
        return bytes;
    }

    private static long number(ByteBuffer from) {
        long zigzag = 0;
        byte next;
        int shift = 0;
        do {
            next = from.get();
            zigzag |= (long) (next & 0x7F) << shift;
            shift += 7;
        } while (next < 0);
        return zigzag >>> 1 ^ -(zigzag & 1);
    }
}
