package io.ringsight.sinks.kafka.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;

/** Reads a segment's entries from its beginning, while it may still grow. One thread. */
final class SegmentReader implements Closeable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final Segment segment;
    private final FileChannel channel;
    private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
    private long position;
    private long lastOffset;
    private int read;

    SegmentReader(Segment segment) throws IOException {
        this.segment = segment;
        lastOffset = segment.base - 1;
        channel = FileChannel.open(segment.path, StandardOpenOption.READ);
    }

    Segment segment() {
        return segment;
    }

    /** Where the last entry that was read ends. */
    long position() {
        return position;
    }

    /** How many entries were read. */
    int read() {
        return read;
    }

    /** The next entry before {@code limit}; null if there is none, or what is there is damaged. */
    SpoolEntry next(long limit) throws IOException {
        if (!has(SpoolRecords.OVERHEAD, limit)) {
            return null;
        }
        int size = buffer.getInt(buffer.position() + Long.BYTES);
        int whole = SpoolRecords.OVERHEAD + size;
        if (size < SpoolRecords.LEAST_SIZE || size > SpoolRecords.MOST_SIZE || !has(whole, limit)) {
            return null;
        }
        SpoolEntry entry = SpoolRecords.decode(buffer.slice(buffer.position(), whole));
        if (entry == null || entry.offset() <= lastOffset) {
            return null;
        }
        buffer.position(buffer.position() + whole);
        position += whole;
        lastOffset = entry.offset();
        read++;
        return entry;
    }

    private boolean has(int bytes, long limit) throws IOException {
        if (position + bytes > limit) {
            return false;
        }
        if (buffer.remaining() >= bytes) {
            return true;
        }
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocate(bytes);
        }
        buffer.clear().limit((int) Math.min(buffer.capacity(), limit - position));
        int got = 0;
        for (long at = position; got >= 0 && buffer.hasRemaining(); at += got) {
            got = channel.read(buffer, at);
        }
        buffer.flip();
        return buffer.remaining() >= bytes;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
