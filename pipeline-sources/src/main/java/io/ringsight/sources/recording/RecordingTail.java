package io.ringsight.sources.recording;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether a recording breaks off, of those formats whose demuxers take the end of a cut file for the end of the
 * recording: MPEG-TS, FLV and AVI.
 */
public final class RecordingTail {
    private static final int HEAD_BYTES = 12;
    private static final byte TS_SYNC = 0x47;
    /** Plain packets, those of Blu-ray discs with a time stamp before each, those with error correction. */
    private static final int[] TS_PACKETS = {188, 192, 204};

    private static final int TS_PROBED_PACKETS = 4;
    private static final int FLV_TAG_HEADER_BYTES = 11;
    private static final int RIFF = 0x46464952;
    private static final int AVI = 0x20495641;
    /** What a writer leaves that could not go back to fill in the size. */
    private static final long MAX_RIFF_BYTES = 0xffff_0000L;

    private RecordingTail() {}

    public static boolean isCutOff(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer head = read(channel, 0, HEAD_BYTES);
            if (head.limit() < HEAD_BYTES) {
                return false;
            }
            if (head.get(0) == 'F' && head.get(1) == 'L' && head.get(2) == 'V') {
                return isCutFlv(channel);
            }
            if (head.get(0) == 'G' && head.get(1) == 'I' && head.get(2) == 'F' && head.get(3) == '8') {
                return GifBlocks.areCutOff(file);
            }
            if (head.getInt(0) == RIFF && head.getInt(8) == AVI) {
                long bytes = Integer.toUnsignedLong(head.getInt(4));
                return bytes < MAX_RIFF_BYTES && bytes + 8 > channel.size();
            }
            return isCutTs(channel);
        } catch (IOException e) {
            // Then reading it fails, or has failed, for the same reason.
            return false;
        }
    }

    /** A file ends with the size of its last tag. */
    private static boolean isCutFlv(FileChannel channel) throws IOException {
        ByteBuffer tail = read(channel, channel.size() - Integer.BYTES, Integer.BYTES);
        long tagBytes = Integer.toUnsignedLong(tail.order(ByteOrder.BIG_ENDIAN).getInt(0));
        long tagAt = channel.size() - Integer.BYTES - tagBytes;
        if (tagBytes < FLV_TAG_HEADER_BYTES || tagAt < 0) {
            return true;
        }
        ByteBuffer tag = read(channel, tagAt, Integer.BYTES).order(ByteOrder.BIG_ENDIAN);
        return tag.limit() < Integer.BYTES || (tag.getInt(0) & 0xff_ffff) + FLV_TAG_HEADER_BYTES != tagBytes;
    }

    /** A file is a whole number of packets. */
    private static boolean isCutTs(FileChannel channel) throws IOException {
        for (int bytes : TS_PACKETS) {
            int syncAt = bytes == 192 ? 4 : 0;
            ByteBuffer packets = read(channel, 0, TS_PROBED_PACKETS * bytes);
            boolean isTs = packets.limit() == TS_PROBED_PACKETS * bytes;
            for (int i = 0; isTs && i < TS_PROBED_PACKETS; i++) {
                isTs = packets.get(i * bytes + syncAt) == TS_SYNC;
            }
            if (isTs) {
                return channel.size() % bytes != 0;
            }
        }
        return false;
    }

    private static ByteBuffer read(FileChannel channel, long at, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int count = 1;
        while (buffer.hasRemaining() && count > 0) {
            count = channel.read(buffer, at + buffer.position());
        }
        return buffer.flip().order(ByteOrder.LITTLE_ENDIAN);
    }
}
