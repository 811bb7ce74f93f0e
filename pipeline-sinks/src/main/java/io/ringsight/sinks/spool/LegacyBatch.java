package io.ringsight.sinks.spool;

import io.ringsight.sinks.EncodedMessage;
import io.ringsight.sinks.MessageType;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** The record batches in which an earlier version kept its messages: Kafka's format 2, one record each. */
final class LegacyBatch {
    private static final int OVERHEAD = 12;
    private static final int BATCH_HEADER_BYTES = 61;
    private static final int MAX_BATCH_BYTES = 64 << 20;
    private static final int LEADER_EPOCH_AT = 12;
    private static final int MAGIC_AT = 16;
    private static final int CRC_AT = 17;
    private static final int ATTRIBUTES_AT = 21;
    private static final int COUNT_AT = 57;

    private LegacyBatch() {}

    /** Length in bytes of the batch that begins at {@code at}. */
    static int length(ByteBuffer bytes, int at) {
        return OVERHEAD + bytes.getInt(at + Long.BYTES);
    }

    /** The entry of the batch that begins at {@code at}; null if none does, or if it is damaged. */
    static SpoolEntry entryAt(ByteBuffer bytes, int at) {
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
