package io.ringsight.sources;

import static org.bytedeco.ffmpeg.global.avutil.*;

import java.util.Optional;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.javacpp.BytePointer;

/** Which FFmpeg this is and what hardware it can use, for people. */
public final class FfmpegLibraries {
    private FfmpegLibraries() {}

    /** Loads the library and says its version and licence. */
    public static String version() {
        return av_version_info().getString() + " (" + avutil_license().getString() + ")";
    }

    /** Why FFmpeg cannot open an NVIDIA device, or nothing if it can. */
    public static Optional<String> cudaProblem() {
        AVBufferRef device = new AVBufferRef(null);
        int rc = av_hwdevice_ctx_create(device, AV_HWDEVICE_TYPE_CUDA, (String) null, (AVDictionary) null, 0);
        if (rc >= 0) {
            av_buffer_unref(device);
            return Optional.empty();
        }
        try (BytePointer text = new BytePointer(AV_ERROR_MAX_STRING_SIZE)) {
            av_strerror(rc, text, AV_ERROR_MAX_STRING_SIZE);
            return Optional.of(text.limit(BytePointer.strlen(text)).getString());
        }
    }
}
