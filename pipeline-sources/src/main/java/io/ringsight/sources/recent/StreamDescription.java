package io.ringsight.sources.recent;

import static org.bytedeco.ffmpeg.global.avcodec.FF_COMPLIANCE_NORMAL;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_copy;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_free;
import static org.bytedeco.ffmpeg.global.avformat.av_guess_format;
import static org.bytedeco.ffmpeg.global.avformat.avformat_query_codec;

import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVRational;

/** What a file's head says of a stream. Owns a copy of the codec's parameters. */
final class StreamDescription implements AutoCloseable {
    static final String MP4 = "mp4";

    private final AVCodecParameters parameters = avcodec_parameters_alloc();
    private final int numerator;
    private final int denominator;
    private final boolean fitsMp4;

    private StreamDescription(AVCodecParameters from, int numerator, int denominator) {
        avcodec_parameters_copy(parameters, from);
        this.numerator = numerator;
        this.denominator = denominator;
        fitsMp4 = avformat_query_codec(av_guess_format(MP4, (String) null, null), from.codec_id(), FF_COMPLIANCE_NORMAL)
                == 1;
    }

    static StreamDescription of(AVStream stream) {
        return new StreamDescription(
                stream.codecpar(), stream.time_base().num(), stream.time_base().den());
    }

    StreamDescription copy() {
        return new StreamDescription(parameters, numerator, denominator);
    }

    /** The size of its pictures, which a camera tells in the stream alone. */
    void size(int width, int height) {
        if (width > 0 && height > 0) {
            parameters.width(width);
            parameters.height(height);
        }
    }

    /** Whether an MP4 can hold it. */
    boolean fitsMp4() {
        return fitsMp4;
    }

    AVCodecParameters parameters() {
        return parameters;
    }

    /** Unit of its packets' times; the caller closes it. */
    AVRational timeBase() {
        return new AVRational().num(numerator).den(denominator);
    }

    @Override
    public void close() {
        avcodec_parameters_free(parameters);
    }
}
