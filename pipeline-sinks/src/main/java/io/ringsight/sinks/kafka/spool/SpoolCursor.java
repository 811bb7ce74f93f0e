package io.ringsight.sinks.kafka.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Up to where all is answered, in a small file of two slots written in turn: a write that is torn leaves the other. One
 * thread.
 */
final class SpoolCursor implements Closeable {
    private static final int SLOT_BYTES = 3 * Long.BYTES;

    private final Path file;
    private FileChannel channel;
    private long turn;
    private long committed;

    private SpoolCursor(Path file) {
        this.file = file;
    }

    /** With what the file says, or 0 if it says nothing. */
    static SpoolCursor open(Path dir) {
        SpoolCursor cursor = new SpoolCursor(dir.resolve("cursor"));
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
            long readCommitted = slots.getLong(at + Long.BYTES);
            if (slots.getLong(at + 2 * Long.BYTES) == checksum(readTurn, readCommitted) && readTurn > turn) {
                turn = readTurn;
                committed = readCommitted;
            }
        }
    }

    private void open() throws IOException {
        if (channel == null || !channel.isOpen()) {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }
    }

    long committed() {
        return committed;
    }

    void write(long newlyCommitted) throws IOException {
        if (newlyCommitted == committed) {
            return;
        }
        open();
        ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES);
        slot.putLong(turn + 1).putLong(newlyCommitted).putLong(checksum(turn + 1, newlyCommitted));
        channel.write(slot.flip(), (turn + 1) % 2 * SLOT_BYTES);
        turn++;
        committed = newlyCommitted;
    }

    private static long checksum(long turn, long committed) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(turn)
                .putLong(committed)
                .flip());
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
