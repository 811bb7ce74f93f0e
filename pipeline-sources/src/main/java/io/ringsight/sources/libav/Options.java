package io.ringsight.sources.libav;

import static org.bytedeco.ffmpeg.global.avcodec.avcodec_get_class;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import org.bytedeco.ffmpeg.avutil.AVClass;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** FFmpeg's options, as far as they can be checked without opening a source. */
public final class Options {
    private Options() {}

    /** Whether any input, protocol or decoder has an option of this name. */
    public static boolean isKnown(String name) {
        return isKnown(avformat_get_class(), name) || isKnown(avcodec_get_class(), name);
    }

    /** Whether any decoder of video has an option of this name. */
    public static boolean isOfVideoDecoding(String name) {
        return find(avcodec_get_class(), name, AV_OPT_FLAG_VIDEO_PARAM | AV_OPT_FLAG_DECODING_PARAM);
    }

    /** Whether this build of FFmpeg can read by a protocol. */
    public static boolean isProtocol(String name) {
        try (PointerPointer<Pointer> position = new PointerPointer<>(1)) {
            position.put(0, (Pointer) null);
            BytePointer protocol = avio_enum_protocols(position, 0);
            while (protocol != null && !protocol.isNull()) {
                if (protocol.getString().equals(name)) {
                    return true;
                }
                protocol = avio_enum_protocols(position, 0);
            }
            return false;
        }
    }

    private static boolean isKnown(AVClass of, String name) {
        return find(of, name, 0);
    }

    /** @param flags what the option must be for ({@code AV_OPT_FLAG_…}) */
    private static boolean find(AVClass of, String name, int flags) {
        // A "fake object" is all FFmpeg needs to look a name up: something that begins with a pointer to its class.
        try (PointerPointer<AVClass> fake = new PointerPointer<>(1)) {
            fake.put(0, of);
            return av_opt_find(fake, name, null, flags, AV_OPT_SEARCH_CHILDREN | AV_OPT_SEARCH_FAKE_OBJ) != null;
        }
    }
}
