package io.ringsight.sources;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Rewrites FLV files, whose format is small enough to do so by hand. */
public final class Flv {
    private static final int FILE_HEAD = 13;
    private static final int TAG_HEAD = 11;
    private static final int VIDEO = 9;
    private static final int AVC_UNITS = 1;

    private Flv() {}

    /** A copy with a packet of {@code units} (H.264, each with its length before it) before each picture. */
    public static byte[] insertBeforeEachPicture(byte[] flv, byte[] units) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(flv, 0, FILE_HEAD);
        ByteBuffer in = ByteBuffer.wrap(flv);
        int at = FILE_HEAD;
        while (at + TAG_HEAD < flv.length) {
            int size = in.getInt(at) & 0xffffff;
            boolean picture = in.get(at) == VIDEO && in.get(at + TAG_HEAD + 1) == AVC_UNITS && size > 9;
            if (picture) {
                write(out, in.getInt(at + 4), units);
            }
            out.write(flv, at, TAG_HEAD + size + 4);
            at += TAG_HEAD + size + 4;
        }
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, int time, byte[] units) {
        int size = 5 + units.length;
        out.writeBytes(ByteBuffer.allocate(TAG_HEAD + size + 4)
                .putInt(VIDEO << 24 | size)
                .putInt(time)
                .put(new byte[3])
                .put((byte) 0x27)
                .putInt(AVC_UNITS << 24)
                .put(units)
                .putInt(TAG_HEAD + size)
                .array());
    }
}
