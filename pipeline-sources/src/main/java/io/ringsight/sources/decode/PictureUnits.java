package io.ringsight.sources.decode;

import static org.bytedeco.ffmpeg.global.avcodec.*;

import io.ringsight.core.memory.NativeMemory;
import org.bytedeco.ffmpeg.avcodec.AVCodecDescriptor;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Whether a packet holds a picture at all. Cameras and recorders send packets of metadata, parameter sets, delimiters
 * and filler alone; a decoder refuses those, and no picture is missing then.
 *
 * <p>One for each input; owned by the source's thread; allocates nothing for a packet.
 */
public final class PictureUnits {
    private static final int DATA_AT = Pointer.offsetof(AVPacket.class, "data");
    /** Largest VCL type of H.265; the types above it hold no slice. */
    private static final int MAX_H265_SLICE = 31;

    private static final int MAX_H266_SLICE = 11;
    private static final int MPEG4_PICTURE = 0xb6;

    private final NativeMemory memory = new NativeMemory();
    private final FourInks fourInks = new FourInks();
    private final int codec;
    private final boolean intraOnly;
    /** Bytes of the length before each unit; 0 where start codes separate units. */
    private final int lengthBytes;

    public PictureUnits(AVCodecParameters parameters) {
        this(parameters.codec_id(), extradata(parameters));
    }

    /** @param extradata the container's head of the stream; empty for none */
    public PictureUnits(int codec, byte[] extradata) {
        this.codec = codec;
        AVCodecDescriptor descriptor = avcodec_descriptor_get(codec);
        intraOnly = descriptor != null && (descriptor.props() & AV_CODEC_PROP_INTRA_ONLY) != 0;
        lengthBytes = lengthBytes(codec, extradata);
    }

    private static byte[] extradata(AVCodecParameters parameters) {
        byte[] bytes = new byte[Math.max(0, parameters.extradata_size())];
        BytePointer extradata = parameters.extradata();
        if (bytes.length > 0 && extradata != null) {
            extradata.get(bytes);
        }
        return bytes;
    }

    /** The configuration records of MP4 (avcC, hvcC, vvcC) say how units are separated. */
    private static int lengthBytes(int codec, byte[] head) {
        if (codec == AV_CODEC_ID_H264 && head.length > 4 && head[0] == 1) {
            return (head[4] & 3) + 1;
        }
        boolean startCode = head.length > 2 && head[0] == 0 && head[1] == 0 && head[2] <= 1;
        if (codec == AV_CODEC_ID_HEVC && head.length > 21 && !startCode) {
            return (head[21] & 3) + 1;
        }
        return codec == AV_CODEC_ID_VVC && head.length > 4 && !startCode ? (head[4] >> 1 & 3) + 1 : 0;
    }

    /** Whether the packet holds a picture or a part of one. What cannot be told, or is not well-formed, does. */
    boolean holdsPicture(AVPacket packet) {
        long data = memory.longAt(packet.address() + DATA_AT);
        return holdsPicture(data, data + packet.size());
    }

    /** Whether the packet holds a picture of which nobody can say what its inks mean. */
    boolean hasUnexplainedInks(AVPacket packet) {
        if (codec != AV_CODEC_ID_MJPEG) {
            return false;
        }
        long data = memory.longAt(packet.address() + DATA_AT);
        return fourInks.areUnexplained(data, data + packet.size());
    }

    /** Whether what the packet holds can be decoded without the packets before it. */
    boolean standsAlone(AVPacket packet) {
        return intraOnly || (packet.flags() & AV_PKT_FLAG_KEY) != 0;
    }

    boolean holdsPicture(long data, long end) {
        switch (codec) {
            case AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_VVC:
                return lengthBytes > 0 ? amongLengths(data, end) : amongStartCodes(data, end);
            case AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4:
                return amongStartCodes(data, end);
            default:
                return true;
        }
    }

    private boolean amongLengths(long data, long end) {
        long at = data;
        while (end - at > lengthBytes) {
            long length = 0;
            for (int i = 0; i < lengthBytes; i++) {
                length = length << 8 | memory.byteAt(at + i) & 0xff;
            }
            at += lengthBytes;
            if (length > end - at || length >= 2 && isPicture(at)) {
                return true;
            }
            at += length;
        }
        return false;
    }

    private boolean amongStartCodes(long data, long end) {
        boolean separated = false;
        int zeros = 0;
        for (long at = data; at < end - 1; at++) {
            byte value = memory.byteAt(at);
            if (value == 1 && zeros >= 2) {
                separated = true;
                if (isPicture(at + 1)) {
                    return true;
                }
            }
            zeros = value == 0 ? zeros + 1 : 0;
        }
        return !separated;
    }

    /** Whether the unit whose head is at {@code address} holds a picture; two bytes may be read. */
    private boolean isPicture(long address) {
        int head = memory.byteAt(address) & 0xff;
        switch (codec) {
            case AV_CODEC_ID_H264:
                return (head & 31) >= 1 && (head & 31) <= 5;
            case AV_CODEC_ID_HEVC:
                return (head >> 1 & 63) <= MAX_H265_SLICE;
            case AV_CODEC_ID_VVC:
                return (memory.byteAt(address + 1) & 0xff) >> 3 <= MAX_H266_SLICE;
            case AV_CODEC_ID_MPEG4:
                return head == MPEG4_PICTURE;
            default:
                return head == 0;
        }
    }
}
