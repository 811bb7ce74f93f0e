package io.ringsight.sources;

import static org.bytedeco.ffmpeg.global.avcodec.avcodec_get_class;
import static org.bytedeco.ffmpeg.global.avformat.avformat_get_class;
import static org.bytedeco.ffmpeg.global.avutil.*;

import org.bytedeco.ffmpeg.avutil.AVClass;
import org.bytedeco.javacpp.PointerPointer;

/** FFmpeg's options, as far as they can be checked without opening a source. */
final class Options {
    private Options() {}

    /** Whether any input, protocol or decoder has an option of this name. */
    static boolean isKnown(String name) {
        return isKnown(avformat_get_class(), name) || isKnown(avcodec_get_class(), name);
    }

    private static boolean isKnown(AVClass of, String name) {
        // A "fake object" is all FFmpeg needs to look a name up: something that begins with a pointer to its class.
        try (PointerPointer<AVClass> fake = new PointerPointer<>(1)) {
            fake.put(0, of);
            return av_opt_find(fake, name, null, 0, AV_OPT_SEARCH_CHILDREN | AV_OPT_SEARCH_FAKE_OBJ) != null;
        }
    }
}
