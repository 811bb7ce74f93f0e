package io.ringsight.sources;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avdevice.avdevice_register_all;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.GapReason;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOInterruptCB;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVDictionaryEntry;
import org.bytedeco.ffmpeg.avutil.AVRational;

/**
 * An open FFmpeg input: its demuxer, its one video stream and that stream's decoder.
 *
 * <p>Owned by the thread that opened it, whose {@link Deadline} bounds all calls.
 */
final class FfmpegInput implements AutoCloseable {
    static {
        FfmpegLog.install();
        avformat_network_init();
        avdevice_register_all();
    }

    private final AVIOInterruptCB interrupt =
            new AVIOInterruptCB().callback(Deadline.callback()).opaque(null);
    private final AVPacket packet = av_packet_alloc();
    private AVFormatContext format = avformat_alloc_context();
    private AVCodecContext codec;
    private AVStream stream;
    private int streamIndex;
    private String codecName = "";
    private boolean inDriversBuffers;

    private FfmpegInput() {
        NativeObject.FORMAT_CONTEXT.made();
        NativeObject.PACKET.made();
    }

    /**
     * Opens input and decoder.
     *
     * @param cuda what the decoder may work on
     *
     * @throws EndedException if it cannot be opened; nothing is left open then
     */
    static FfmpegInput open(InputPlan plan, FfmpegLog log, CudaDecoder cuda) throws EndedException {
        FfmpegInput input = new FfmpegInput();
        AVDictionary options = dictionary(plan);
        boolean open = false;
        try {
            input.openFormat(plan, options, log);
            input.chooseStream(plan);
            input.openCodec(options, log, cuda);
            input.refuseLeftOvers(options);
            open = true;
            return input;
        } finally {
            av_dict_free(options);
            NativeObject.DICTIONARY.freed();
            if (!open) {
                input.close();
            }
        }
    }

    private static AVDictionary dictionary(InputPlan plan) {
        AVDictionary options = new AVDictionary(null);
        NativeObject.DICTIONARY.made();
        plan.options().forEach((name, value) -> av_dict_set(options, name, value, 0));
        return options;
    }

    private void openFormat(InputPlan plan, AVDictionary options, FfmpegLog log) throws EndedException {
        format.interrupt_callback(interrupt);
        if (plan.nonBlocking()) {
            format.flags(format.flags() | AVFormatContext.AVFMT_FLAG_NONBLOCK);
            inDriversBuffers = true;
        }
        AVInputFormat inputFormat = plan.format() == null ? null : av_find_input_format(plan.format());
        int result = avformat_open_input(format, plan.url(), inputFormat, options);
        if (result < 0) {
            format = null; // FFmpeg has freed it
            NativeObject.FORMAT_CONTEXT.freed();
            throw failed(result, log);
        }
        if (plan.probe()) {
            result = avformat_find_stream_info(format, (AVDictionary) null);
            if (result < 0) {
                throw failed(result, log);
            }
        }
    }

    private static EndedException failed(int code, FfmpegLog log) {
        GapReason reason = FfmpegErrors.ofOpening(code, log.lastError());
        return new EndedException(Ending.retry(reason, FfmpegErrors.detail(code, log.lastError())), code);
    }

    private void chooseStream(InputPlan plan) throws EndedException {
        streamIndex =
                plan.probe() ? av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0) : first();
        if (streamIndex < 0) {
            throw new EndedException(Ending.retry(GapReason.UNSUPPORTED, "it has no video"));
        }
        for (int i = 0; i < format.nb_streams(); i++) {
            if (i != streamIndex) {
                format.streams(i).discard(AVDISCARD_ALL);
            }
        }
        stream = format.streams(streamIndex);
    }

    private int first() {
        for (int i = 0; i < format.nb_streams(); i++) {
            if (format.streams(i).codecpar().codec_type() == AVMEDIA_TYPE_VIDEO) {
                return i;
            }
        }
        return -1;
    }

    private void openCodec(AVDictionary options, FfmpegLog log, CudaDecoder cuda) throws EndedException {
        int codecId = stream.codecpar().codec_id();
        codecName = avcodec_get_name(codecId).getString();
        AVCodec decoder = avcodec_find_decoder(codecId);
        if (decoder == null) {
            throw new EndedException(
                    Ending.retry(GapReason.UNSUPPORTED, "FFmpeg has no decoder for its codec " + codecName));
        }
        codec = avcodec_alloc_context3(decoder);
        NativeObject.CODEC_CONTEXT.made();
        avcodec_parameters_to_context(codec, stream.codecpar());
        codec.pkt_timebase(stream.time_base());
        // One thread a decoder. Cores are kept busy by many cameras and inference lanes; frame threads would cost one
        // frame of latency each, a thread hand-over a frame, and memory. 1080p takes 4 ms on one thread.
        codec.thread_count(1);
        cuda.attach(codec, decoder, log);
        int result = avcodec_open2(codec, decoder, options);
        if (result < 0) {
            throw new EndedException(Ending.retry(
                    GapReason.UNSUPPORTED,
                    "the decoder of its codec " + codecName + " refused it: " + FfmpegErrors.detail(result, "")));
        }
    }

    /** FFmpeg ignores names it does not know without a word. */
    private void refuseLeftOvers(AVDictionary options) throws EndedException {
        AVDictionaryEntry entry = av_dict_get(options, "", null, AV_DICT_IGNORE_SUFFIX);
        if (entry != null && !entry.isNull()) {
            String name = entry.key().getString();
            throw new EndedException(Ending.fatal(
                    GapReason.UNSUPPORTED,
                    "configuration error: FFmpeg has no option '" + name + "' for this kind of source"));
        }
    }

    /**
     * Reads the next packet of the video stream into {@link #packet()}; packets of other streams are skipped.
     *
     * @return 0, or FFmpeg's error code
     */
    int read() {
        av_packet_unref(packet);
        int result = av_read_frame(format, packet);
        while (result >= 0 && packet.stream_index() != streamIndex) {
            av_packet_unref(packet);
            result = av_read_frame(format, packet);
        }
        return Math.min(result, 0);
    }

    /** The packet read last. */
    AVPacket packet() {
        return packet;
    }

    /** The stream's decoder. */
    AVCodecContext codec() {
        return codec;
    }

    /** FFmpeg's name of the codec. */
    String codecName() {
        return codecName;
    }

    /**
     * Whether frames lie in memory that is unmapped with the input. FFmpeg hands raw V4L2 pictures on in the driver's own
     * buffers: a reader would end the process with SIGSEGV when the camera is closed.
     */
    boolean lendsItsMemory() {
        return inDriversBuffers && stream.codecpar().codec_id() == AV_CODEC_ID_RAWVIDEO;
    }

    TimeBase timeBase() {
        return timeBase(stream.time_base());
    }

    private static TimeBase timeBase(AVRational rational) {
        return new TimeBase(Math.max(1, rational.num()), Math.max(1, rational.den()));
    }

    /** From one frame to the next by the stream's nominal rate; 0 if it does not say. */
    long frameNs() {
        AVRational rate = stream.avg_frame_rate();
        if (rate.num() <= 0 || rate.den() <= 0) {
            rate = stream.r_frame_rate();
        }
        if (rate.num() <= 0 || rate.den() <= 0) {
            return 0;
        }
        return 1_000_000_000L * rate.den() / rate.num();
    }

    /** Frees decoder, demuxer and packet. Takes leave of the camera within the thread's deadline. Twice is allowed. */
    @Override
    public void close() {
        if (packet.isNull()) {
            return;
        }
        av_packet_free(packet);
        packet.setNull();
        NativeObject.PACKET.freed();
        if (codec != null) {
            avcodec_free_context(codec);
            codec = null;
            NativeObject.CODEC_CONTEXT.freed();
        }
        if (format != null) {
            avformat_close_input(format);
            format = null;
            NativeObject.FORMAT_CONTEXT.freed();
        }
        interrupt.close();
    }
}
