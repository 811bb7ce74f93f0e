package io.ringsight.sources.decode;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.GapReason;
import io.ringsight.sources.libav.FfmpegErrors;
import io.ringsight.sources.libav.FfmpegLog;
import io.ringsight.sources.libav.NativeObject;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.supervise.Ending;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVRational;

/** Opens decoders. */
public final class StreamDecoder {
    private StreamDecoder() {}

    /** Options to hand to FFmpeg, which takes those out that it knows. To be freed by {@link #free}. */
    public static AVDictionary options(Map<String, String> values) {
        AVDictionary options = new AVDictionary(null);
        NativeObject.DICTIONARY.made();
        values.forEach((name, value) -> av_dict_set(options, name, value, 0));
        return options;
    }

    public static void free(AVDictionary options) {
        av_dict_free(options);
        NativeObject.DICTIONARY.freed();
    }

    /**
     * Opens the decoder of a stream; the caller frees it.
     *
     * @param timeBase unit of the packets' times
     * @param options to set; what is left over there is no decoder's
     * @param cuda what it may work on
     * @throws EndedException if there is none, or it refuses the stream
     */
    public static AVCodecContext open(
            AVCodecParameters stream, AVRational timeBase, AVDictionary options, FfmpegLog log, CudaDecoder cuda)
            throws EndedException {
        String name = avcodec_get_name(stream.codec_id()).getString();
        AVCodec decoder = avcodec_find_decoder(stream.codec_id());
        if (decoder == null) {
            throw new EndedException(
                    Ending.retry(GapReason.UNSUPPORTED, "FFmpeg has no decoder for its codec " + name));
        }
        AVCodecContext codec = avcodec_alloc_context3(decoder);
        NativeObject.CODEC_CONTEXT.made();
        avcodec_parameters_to_context(codec, stream);
        codec.pkt_timebase(timeBase);
        // One thread a decoder. Cores are kept busy by many cameras and inference lanes; frame threads would cost one
        // frame of latency each, a thread hand-over a frame, and memory. 1080p takes 4 ms on one thread.
        codec.thread_count(1);
        refuseHalfPictures(stream.codec_id(), options);
        boolean open = false;
        try {
            cuda.attach(codec, decoder, log);
            int result = avcodec_open2(codec, decoder, options);
            if (result < 0) {
                throw new EndedException(Ending.retry(
                        GapReason.UNSUPPORTED,
                        "the decoder of its codec " + name + " refused it: " + FfmpegErrors.detail(result, "")));
            }
            open = true;
            return codec;
        } finally {
            if (!open) {
                free(codec);
            }
        }
    }

    public static void free(AVCodecContext codec) {
        avcodec_free_context(codec);
        NativeObject.CODEC_CONTEXT.freed();
    }

    /**
     * FFmpeg's JPEG decoder fills what is missing of a picture that is cut off with grey, without a word, unless told to
     * refuse it. Others refuse it by themselves or report damage; told so too, they refuse what is sloppy but whole.
     */
    private static void refuseHalfPictures(int codecId, AVDictionary options) {
        if (codecId == AV_CODEC_ID_MJPEG || codecId == AV_CODEC_ID_MJPEGB) {
            av_dict_set(options, "err_detect", "explode", AV_DICT_DONT_OVERWRITE);
        }
    }

    /** FFmpeg ignores names it does not know without a word. */
    public static EndedException unknownOption(String name) {
        return new EndedException(Ending.fatal(
                GapReason.UNSUPPORTED,
                "configuration error: FFmpeg has no option '" + name + "' for this kind of source"));
    }
}
