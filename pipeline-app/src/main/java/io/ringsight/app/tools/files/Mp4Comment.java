package io.ringsight.app.tools.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

/** Finds what an MP4 file says of itself ({@code moov/udta}) without decoding anything. */
final class Mp4Comment {
    private static final int HEADER_BYTES = 8;
    private static final int LONG_HEADER_BYTES = 16;
    private static final int MAX_BYTES = 1 << 16;
    /** A file of more boxes is not what we write. */
    private static final int MAX_BOXES = 1_000;

    private Mp4Comment() {}

    /** The bytes of the box; none if the file has no such box. */
    static ByteBuffer of(FileChannel file) throws IOException {
        Box whole = new Box("", 0, file.size());
        Box movie = child(file, whole, "moov");
        Box about = movie == null ? null : child(file, movie, "udta");
        if (about == null) {
            return ByteBuffer.allocate(0);
        }
        return read(file, about.start, (int) Math.min(MAX_BYTES, about.end - about.start));
    }

    /** @param start where its content begins */
    private record Box(String type, long start, long end) {}

    private static Box child(FileChannel file, Box parent, String type) throws IOException {
        long at = parent.start;
        for (int i = 0; i < MAX_BOXES && at + HEADER_BYTES <= parent.end; i++) {
            Box box = box(file, at, parent.end);
            if (box == null || box.type.equals(type)) {
                return box;
            }
            at = box.end;
        }
        return null;
    }

    private static Box box(FileChannel file, long at, long limit) throws IOException {
        ByteBuffer header = read(file, at, LONG_HEADER_BYTES);
        if (header.limit() < HEADER_BYTES) {
            return null;
        }
        long size = Integer.toUnsignedLong(header.getInt());
        byte[] name = new byte[Integer.BYTES];
        header.get(name);
        int skipped = HEADER_BYTES;
        if (size == 1 && header.remaining() == Long.BYTES) {
            size = header.getLong();
            skipped = LONG_HEADER_BYTES;
        }
        long end = size == 0 ? limit : at + size;
        boolean fits = size == 0 || size >= skipped && end <= limit && end > at;
        return fits ? new Box(new String(name, StandardCharsets.ISO_8859_1), at + skipped, end) : null;
    }

    private static ByteBuffer read(FileChannel file, long at, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        int count = 1;
        while (buffer.hasRemaining() && count > 0) {
            count = file.read(buffer, at + buffer.position());
        }
        return buffer.flip();
    }
}
