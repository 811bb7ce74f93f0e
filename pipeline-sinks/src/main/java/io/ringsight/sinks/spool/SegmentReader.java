package io.ringsight.sinks.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Reads a segment's whole records from its beginning, past what is damaged, while it may still grow. One thread. */
final class SegmentReader implements Closeable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final Segment segment;
    private final FileChannel channel;
    private final List<Damage> damage = new ArrayList<>();
    /** Bytes of the file from {@link #bufferAt} on. */
    private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);

    private long bufferAt;
    private long position = SpoolFormat.FILE_HEADER_BYTES;
    private long lastOffset = -1;

    SegmentReader(Segment segment) throws IOException {
        this.segment = segment;
        channel = FileChannel.open(segment.path, StandardOpenOption.READ);
    }

    Segment segment() {
        return segment;
    }

    /** Where the last record that was read ends. */
    long position() {
        return position;
    }

    /** What was passed over. */
    List<Damage> damage() {
        return damage;
    }

    /** The next whole entry before {@code limit}, or null if there is none. */
    SpoolEntry next(long limit) throws IOException {
        while (position < limit) {
            SpoolFormat.Head head = headAt(position, limit);
            if (head == null) {
                passOver(limit);
            } else if (position + head.bytes() > limit) {
                damage.add(new Damage(position, limit - position, head, true));
                position = limit;
            } else {
                SpoolEntry entry = SpoolFormat.entry(head, text(head));
                if (entry == null) {
                    damage.add(new Damage(position, head.bytes(), head, false));
                }
                position += head.bytes();
                if (entry != null && entry.offset() > lastOffset) {
                    lastOffset = entry.offset();
                    return entry;
                }
            }
        }
        return null;
    }

    private SpoolFormat.Head headAt(long at, long limit) throws IOException {
        if (!has(at, SpoolFormat.HEAD_BYTES, limit)) {
            return null;
        }
        int bytes = SpoolFormat.headBytes(slice(at, SpoolFormat.HEAD_BYTES));
        return bytes > 0 && has(at, bytes, limit) ? SpoolFormat.head(slice(at, bytes)) : null;
    }

    private byte[] text(SpoolFormat.Head head) throws IOException {
        byte[] text = new byte[head.textBytes()];
        long at = position + head.headBytes();
        if (has(at, text.length, at + text.length)) {
            slice(at, text.length).get(text);
        }
        return text;
    }

    /** Moves on to the next head, or to the limit. */
    private void passOver(long limit) throws IOException {
        long from = position;
        boolean isCut = isCutShort(limit);
        boolean isBlank = true;
        long at = from;
        for (; at < limit && (at == from || headAt(at, limit) == null); at++) {
            boolean first = has(at, 1, limit) && buffer.get((int) (at - bufferAt)) != 0;
            isBlank &= !first;
            at = first ? at : lastBlank(at, limit);
        }
        position = Math.min(at, limit);
        damage.add(new Damage(from, position - from, null, position == limit && (isBlank || isCut)));
    }

    /** Whether what is here is the beginning of a head that does not end before the limit. */
    private boolean isCutShort(long limit) throws IOException {
        long left = limit - position;
        return !has(position, SpoolFormat.HEAD_BYTES, limit)
                || SpoolFormat.headBytes(slice(position, SpoolFormat.HEAD_BYTES)) > left;
    }

    /** The last of the zeros in the buffer from {@code at} on: quickly over what was never written. */
    private long lastBlank(long at, long limit) {
        long end = Math.min(limit, bufferAt + buffer.limit());
        long last = at;
        while (last + 1 < end && buffer.get((int) (last + 1 - bufferAt)) == 0) {
            last++;
        }
        return last;
    }

    private ByteBuffer slice(long at, int bytes) {
        return buffer.slice((int) (at - bufferAt), bytes);
    }

    /** Whether so many bytes are there, and in the buffer. */
    private boolean has(long at, int bytes, long limit) throws IOException {
        if (at + bytes > limit) {
            return false;
        }
        if (at >= bufferAt && at + bytes <= bufferAt + buffer.limit()) {
            return true;
        }
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocate(bytes);
        }
        buffer.clear().limit((int) Math.min(buffer.capacity(), limit - at));
        bufferAt = at;
        int got = 0;
        while (got >= 0 && buffer.hasRemaining()) {
            got = channel.read(buffer, at + buffer.position());
        }
        buffer.flip();
        return buffer.remaining() >= bytes;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
