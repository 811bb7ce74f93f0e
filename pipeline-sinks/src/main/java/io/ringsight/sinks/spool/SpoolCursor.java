package io.ringsight.sinks.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Up to where all is answered and up to where entries may have been handed over, in a small file of two slots written in
 * turn: a write that is torn leaves the other. One thread.
 */
final class SpoolCursor implements Closeable {
    private static final int SLOT_BYTES = 4 * Long.BYTES;
    /** So many entries are noted at once, lest each costs a write. */
    private static final int AHEAD = 32;

    static final String NAME = "spool.cursor";
    /** What 0.1.0 called it. */
    static final String LEGACY_NAME = "cursor";

    private final Path file;
    private FileChannel channel;
    private long turn;
    private long committed;
    private long handOverLimit;
    private boolean isStale;

    private SpoolCursor(Path file) {
        this.file = file;
    }

    /** With what the file says, or zeros if it says nothing. */
    static SpoolCursor open(Path dir) {
        return open(dir, NAME);
    }

    static SpoolCursor open(Path dir, String name) {
        SpoolCursor cursor = new SpoolCursor(dir.resolve(name));
        try {
            cursor.read();
        } catch (IOException expected) {
            // Some messages will be sent twice, with the same id.
            cursor.close();
        }
        return cursor;
    }

    private void read() throws IOException {
        open();
        ByteBuffer slots = ByteBuffer.allocate(2 * SLOT_BYTES);
        channel.read(slots, 0);
        for (int at = 0; at + SLOT_BYTES <= slots.position(); at += SLOT_BYTES) {
            long readTurn = slots.getLong(at);
            if (slots.getLong(at + 3 * Long.BYTES) == checksum(slots.slice(at, 3 * Long.BYTES)) && readTurn > turn) {
                turn = readTurn;
                committed = slots.getLong(at + Long.BYTES);
                handOverLimit = slots.getLong(at + 2 * Long.BYTES);
            }
        }
    }

    private void open() throws IOException {
        if (channel == null || !channel.isOpen()) {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }
    }

    /** Entries before it are answered. */
    long committed() {
        return committed;
    }

    /** No entry from it on was ever handed over. */
    long handOverLimit() {
        return handOverLimit;
    }

    /**
     * Notes that an entry is about to be handed over. If that fails it is written with the next {@link #commit}: sending
     * does not wait for the disk.
     */
    void handingOver(long offset) {
        if (offset < handOverLimit) {
            return;
        }
        handOverLimit = offset + AHEAD;
        isStale = true;
        try {
            write();
        } catch (IOException expected) {
            // commit says so
        }
    }

    /** Writes what is new; all entries before {@code newlyCommitted} are answered. */
    void commit(long newlyCommitted) throws IOException {
        isStale |= newlyCommitted != committed;
        committed = newlyCommitted;
        if (isStale) {
            write();
        }
    }

    private void write() throws IOException {
        open();
        ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES);
        slot.putLong(turn + 1).putLong(committed).putLong(handOverLimit);
        slot.putLong(checksum(slot.slice(0, 3 * Long.BYTES)));
        slot.flip();
        for (long at = (turn + 1) % 2 * SLOT_BYTES; slot.hasRemaining(); ) {
            at += channel.write(slot, at);
        }
        turn++;
        isStale = false;
    }

    private static long checksum(ByteBuffer slot) {
        CRC32C crc = new CRC32C();
        crc.update(slot);
        return crc.getValue() + 1;
    }

    @Override
    public void close() {
        FileChannel open = channel;
        channel = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException expected) {
            // What was written is written.
        }
    }
}
