package io.ringsight.app.tools.detect;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;
import static org.bytedeco.ffmpeg.global.swscale.*;

import io.ringsight.app.tools.files.Written;
import io.ringsight.sources.libav.FfmpegErrors;
import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.ffmpeg.swscale.SwsFilter;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Writes an MP4 file of H.264 video (yuv420p, BT.709) that every player opens. Each picture has its own time. Made with
 * the first picture's size, which all must have; odd sizes lose one row or column. One thread; native memory until
 * closed.
 */
public final class VideoFile implements AutoCloseable {
    private static final int MICROSECONDS = 1_000_000;
    /** What the encoder plans its bits with; pictures may come faster or slower. */
    private static final int NOMINAL_FPS = 25;
    /** About a tenth of a bit a pixel and picture: lines and letters stay sharp. */
    private static final double BITS_A_PIXEL = 0.16;

    private static final int MIN_BIT_RATE = 1_500_000;
    private static final int GOP_SIZE = 50;

    private final Path file;
    private final AVFormatContext format = new AVFormatContext(null);
    private final AVIOContext io = new AVIOContext(null);
    private final AVPacket packet = av_packet_alloc();
    private final AVFrame frame = av_frame_alloc();
    private final PointerPointer<BytePointer> source = new PointerPointer<>(1);
    private final IntPointer sourceStride = new IntPointer(1);
    private AVCodecContext encoder;
    private AVStream stream;
    private SwsContext converter;
    private boolean begun;
    private long lastUs = -1;

    /** Begins the file, which is replaced if it is there. */
    public VideoFile(Path file, int width, int height) throws IOException {
        this.file = file;
        try {
            open(width & ~1, height & ~1);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void open(int width, int height) throws IOException {
        check(avformat_alloc_output_context2(format, null, "mp4", file.toString()), "begin");
        openEncoder(width, height);
        stream = avformat_new_stream(format, null);
        check(avcodec_parameters_from_context(stream.codecpar(), encoder), "describe");
        stream.time_base().num(1).den(MICROSECONDS);
        stream.avg_frame_rate().num(NOMINAL_FPS).den(1);
        frame.format(AV_PIX_FMT_YUV420P).width(width).height(height);
        check(av_frame_get_buffer(frame, 0), "make a picture of");
        openConverter(width, height);
        // With the protocol: else a name with a colon would be taken for one.
        check(avio_open(io, "file:" + file, AVIO_FLAG_WRITE), "create");
        format.pb(io);
        AVDictionary about = new AVDictionary(null);
        av_dict_set(about, "comment", Written.MARK, 0);
        format.metadata(about); // freed with the format
        AVDictionary options = new AVDictionary(null);
        // The index goes to the front, so that browsers play the file while it loads.
        av_dict_set(options, "movflags", "+faststart", 0);
        check(avformat_write_header(format, options), "begin");
        av_dict_free(options);
        begun = true;
    }

    private void openEncoder(int width, int height) throws IOException {
        AVCodec codec = avcodec_find_encoder_by_name("libopenh264");
        if (codec == null) {
            throw new IOException(file + ": this FFmpeg has no H.264 encoder");
        }
        encoder = avcodec_alloc_context3(codec);
        encoder.width(width).height(height).pix_fmt(AV_PIX_FMT_YUV420P);
        encoder.time_base().num(1).den(MICROSECONDS);
        encoder.framerate().num(NOMINAL_FPS).den(1);
        encoder.bit_rate(Math.max(MIN_BIT_RATE, Math.round(BITS_A_PIXEL * width * height * NOMINAL_FPS)));
        encoder.gop_size(GOP_SIZE);
        encoder.color_range(AVCOL_RANGE_MPEG).colorspace(AVCOL_SPC_BT709);
        encoder.color_primaries(AVCOL_PRI_BT709).color_trc(AVCOL_TRC_BT709);
        encoder.flags(encoder.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
        AVDictionary options = new AVDictionary(null);
        av_dict_set(options, "allow_skip_frames", "0", 0);
        int result = avcodec_open2(encoder, codec, options);
        av_dict_free(options);
        check(result, "encode");
    }

    private void openConverter(int width, int height) {
        converter = sws_getContext(
                width,
                height,
                AV_PIX_FMT_BGR24,
                width,
                height,
                AV_PIX_FMT_YUV420P,
                SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP,
                (SwsFilter) null,
                (SwsFilter) null,
                (DoublePointer) null);
        IntPointer bt709 = sws_getCoefficients(SWS_CS_ITU709);
        sws_setColorspaceDetails(converter, bt709, 1, bt709, 0, 0, 1 << 16, 1 << 16);
    }

    /**
     * Adds a picture.
     *
     * @param bgr blue, green and red bytes, at least as large as the first
     * @param timeUs when it is shown, microseconds from the first; later than the one before, or it is made so
     */
    public void write(Mat bgr, long timeUs) throws IOException {
        lastUs = Math.max(timeUs, lastUs + 1);
        check(av_frame_make_writable(frame), "make a picture of");
        source.put(0, bgr.data());
        sourceStride.put(0, Math.toIntExact(bgr.step()));
        sws_scale(converter, source, sourceStride, 0, frame.height(), frame.data(), frame.linesize());
        frame.pts(lastUs);
        check(avcodec_send_frame(encoder, frame), "encode");
        writePackets();
    }

    private void writePackets() throws IOException {
        while (avcodec_receive_packet(encoder, packet) >= 0) {
            av_packet_rescale_ts(packet, encoder.time_base(), stream.time_base());
            packet.stream_index(0);
            check(av_interleaved_write_frame(format, packet), "write");
        }
    }

    /** Writes what the encoder holds still, and the index: without it the file does not play. */
    public void finish() throws IOException {
        check(avcodec_send_frame(encoder, null), "encode");
        writePackets();
        check(av_write_trailer(format), "finish");
        begun = false;
        AVIOContext written = format.pb();
        int failed = written.error(); // a full disk may show in a flush that nobody was told of
        format.pb(null);
        check(Math.min(failed, avio_close(written)), "finish");
    }

    private void check(int result, String what) throws IOException {
        if (result < 0) {
            throw new IOException(file + ": cannot " + what + " the video: " + FfmpegErrors.detail(result, ""));
        }
    }

    @Override
    public void close() {
        if (format.isNull()) {
            return;
        }
        if (format.pb() != null && !format.pb().isNull()) {
            if (begun) {
                av_write_trailer(format);
            }
            avio_close(format.pb());
        }
        sws_freeContext(converter);
        avcodec_free_context(encoder);
        avformat_free_context(format);
        av_packet_free(packet);
        av_frame_free(frame);
        format.setNull();
    }
}
