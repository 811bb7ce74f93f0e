package io.ringsight.sources.time;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_PRFT;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.memory.NativeMemory;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * Reads a packet's producer reference time (the RTCP sender report's wall clock) out of its side data.
 * {@code av_packet_get_side_data} would make objects for each packet; this makes none.
 */
final class ProducerTime {
    static {
        // The offsets below are known once the library is loaded.
        Loader.load(avcodec.class);
    }

    private static final int SIDE_DATA_AT = Pointer.offsetof(AVPacket.class, "side_data");
    private static final int ENTRY_BYTES = Pointer.sizeof(AVPacketSideData.class);
    private static final int DATA_AT = Pointer.offsetof(AVPacketSideData.class, "data");
    private static final int TYPE_AT = Pointer.offsetof(AVPacketSideData.class, "type");

    private final NativeMemory memory = new NativeMemory();

    /** Microseconds since 1970, or {@link Picture#UNKNOWN}. */
    long wallclockUs(AVPacket packet) {
        int entries = packet.side_data_elems();
        if (entries == 0) {
            return Picture.UNKNOWN;
        }
        long entry = memory.longAt(packet.address() + SIDE_DATA_AT);
        for (int i = 0; i < entries; i++, entry += ENTRY_BYTES) {
            if (memory.intAt(entry + TYPE_AT) == AV_PKT_DATA_PRFT) {
                return memory.longAt(memory.longAt(entry + DATA_AT));
            }
        }
        return Picture.UNKNOWN;
    }
}
