package io.ringsight.sinks.spool;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bytes of a spool file. The only class that knows them; all numbers are big-endian.
 *
 * <pre>
 *   file   = header, records
 *   header = "RINGSPL\n", version u32, base offset u64, flags u32, CRC-32C of the header so far u32
 *   record = magic u32, offset u64, facts length u32, text length u32, CRC-32C of the text u32,
 *            CRC-32C of the head (all numbers so far and the facts) u32, facts, text
 * </pre>
 *
 * Each record stands for itself: a damaged text costs that message, and its head still says whose frames it told of; after
 * a damaged head the next record is found by its magic, whose first byte occurs in no UTF-8 text, and the CRC of its head.
 */
final class SpoolFormat {
    static final int VERSION = 2;
    static final int FILE_HEADER_BYTES = 28;
    static final int HEAD_BYTES = 28;
    static final byte MAGIC_FIRST = (byte) 0xFF;
    private static final int MAGIC = 0xFF52_5302;
    private static final long FILE_MAGIC = 0x52494E4753504C0AL;
    private static final int MAX_FACTS_BYTES = 4 << 10;
    private static final int MAX_TEXT_BYTES = 64 << 20;
    private static final int CRC_AT = 24;

    private SpoolFormat() {}

    /**
     * The beginning of a file.
     *
     * @param version of the format
     * @param base no record has a lower offset
     * @param compacted whether its frames were dropped
     */
    record FileHeader(int version, long base, boolean compacted) {}

    /** A record up to its text. */
    record Head(long offset, Facts facts, int headBytes, int textBytes, int textCrc) {
        int bytes() {
            return headBytes + textBytes;
        }
    }

    static ByteBuffer fileHeader(long base, boolean compacted) {
        ByteBuffer header = ByteBuffer.allocate(FILE_HEADER_BYTES);
        header.putLong(FILE_MAGIC).putInt(VERSION).putLong(base).putInt(compacted ? 1 : 0);
        return header.putInt(crc(header.slice(0, CRC_AT))).flip();
    }

    /** The header of these first bytes of a file, or null if they are none. */
    static FileHeader fileHeader(ByteBuffer bytes) {
        boolean isHeader = bytes.remaining() >= FILE_HEADER_BYTES
                && bytes.getLong(0) == FILE_MAGIC
                && bytes.getInt(CRC_AT) == crc(bytes.slice(0, CRC_AT));
        return isHeader ? new FileHeader(bytes.getInt(8), bytes.getLong(12), (bytes.getInt(20) & 1) != 0) : null;
    }

    static ByteBuffer encode(SpoolEntry entry) {
        byte[] facts = Facts.line(entry);
        byte[] text = entry.message().bytes();
        ByteBuffer record = ByteBuffer.allocate(HEAD_BYTES + facts.length + text.length);
        record.putInt(MAGIC).putLong(entry.offset()).putInt(facts.length).putInt(text.length);
        record.putInt(crc(ByteBuffer.wrap(text))).putInt(0).put(facts).put(text);
        return record.putInt(CRC_AT, headCrc(record, facts.length)).flip();
    }

    private static int headCrc(ByteBuffer record, int factsBytes) {
        CRC32C crc = new CRC32C();
        crc.update(record.slice(0, CRC_AT));
        crc.update(record.slice(HEAD_BYTES, factsBytes));
        return (int) crc.getValue();
    }

    /** How long the head is that these {@link #HEAD_BYTES} begin, or -1 if they begin none. */
    static int headBytes(ByteBuffer bytes) {
        int facts = bytes.getInt(12);
        int text = bytes.getInt(16);
        boolean isHead = bytes.getInt(0) == MAGIC && facts > 0 && facts <= MAX_FACTS_BYTES && text >= 0;
        return isHead && text <= MAX_TEXT_BYTES ? HEAD_BYTES + facts : -1;
    }

    /** The head these bytes are, {@link #headBytes} long, or null if they are damaged. */
    static Head head(ByteBuffer bytes) {
        int facts = bytes.getInt(12);
        if (headCrc(bytes, facts) != bytes.getInt(CRC_AT)) {
            return null;
        }
        byte[] line = new byte[facts];
        bytes.get(HEAD_BYTES, line);
        try {
            return new Head(
                    bytes.getLong(4), Facts.parse(line), HEAD_BYTES + facts, bytes.getInt(16), bytes.getInt(20));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            // a CRC that is right by chance
            return null;
        }
    }

    /** The entry of a head and its text, or null if the text is damaged. */
    static SpoolEntry entry(Head head, byte[] text) {
        return crc(ByteBuffer.wrap(text)) == head.textCrc
                ? new SpoolEntry(head.offset, head.facts.message(text), head.facts.appendedNs())
                : null;
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
