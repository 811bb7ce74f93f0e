package io.ringsight.sinks.evidence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Whether an MP4 has its end: it is a row of boxes, each of which begins with its length (ISO/IEC 14496-12, 4.2). */
final class WholeMp4 {
    private static final int HEAD = 16;
    private static final int SHORT_HEAD = 8;

    private WholeMp4() {}

    static boolean is(Path file) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(HEAD);
        try (FileChannel in = FileChannel.open(file)) {
            long at = 0;
            while (at < in.size()) {
                head.clear().putLong(0).putLong(0).clear();
                in.read(head, at);
                long length = head.getInt(0) & 0xFFFF_FFFFL;
                length = length == 1 ? head.getLong(SHORT_HEAD) : length;
                if (length < SHORT_HEAD || length > in.size() - at) {
                    return false;
                }
                at += length;
            }
            return at > 0;
        }
    }
}
