package io.ringsight.sources.recent;

import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/** Times of packets as a file needs them: each is decoded later than the one before, and no later than it is shown. */
final class PacketTimes {
    private PacketTimes() {}

    /**
     * Makes them so, the first decoded at 0. Cameras do not say when to decode: then each is decoded when a picture is
     * shown, in the order of the packets, and early enough for those that are shown in another order.
     */
    static void fromZero(List<AVPacket> packets) {
        long[] shown = packets.stream()
                .mapToLong(packet -> packet.pts() == AV_NOPTS_VALUE ? packet.dts() : packet.pts())
                .toArray();
        long[] decoded = packets.stream().mapToLong(AVPacket::dts).toArray();
        if (!isSound(shown, decoded)) {
            decoded = inOrder(shown);
        }
        for (int i = 0; i < shown.length; i++) {
            packets.get(i).pts(Math.max(shown[i], decoded[i]) - decoded[0]);
            packets.get(i).dts(decoded[i] - decoded[0]);
        }
    }

    static boolean isSound(long[] shown, long[] decoded) {
        boolean sound = true;
        for (int i = 0; i < shown.length; i++) {
            sound &= decoded[i] != AV_NOPTS_VALUE && decoded[i] <= shown[i] && (i == 0 || decoded[i] > decoded[i - 1]);
        }
        return sound;
    }

    static long[] inOrder(long[] shown) {
        long[] decoded = shown.clone();
        Arrays.sort(decoded);
        long late = 0;
        for (int i = 0; i < shown.length; i++) {
            late = Math.max(late, decoded[i] - shown[i]);
        }
        for (int i = 0; i < shown.length; i++) {
            decoded[i] -= late;
            decoded[i] = i > 0 && decoded[i] <= decoded[i - 1] ? decoded[i - 1] + 1 : decoded[i];
        }
        return decoded;
    }
}
