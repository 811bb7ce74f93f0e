package io.ringsight.sources;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.avformat_network_init;
import static org.bytedeco.ffmpeg.global.avutil.*;

import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;

/** Loads all of FFmpeg that cameras and files need, and has it decode a picture it made: a version alone proves little. */
final class DecoderTrial {
    private static final int SIZE = 64;
    private static final int FPS = 25;
    private static final long BITS_PER_S = 1_000_000;
    private static final int GREY = 128;
    private static final AVDictionary NONE = new AVDictionary(null);

    private DecoderTrial() {}

    /** @throws IllegalStateException if the picture does not come back */
    static void run() {
        avformat_network_init();
        AVPacket packet = av_packet_alloc();
        AVFrame frame = av_frame_alloc();
        try {
            encode(avcodec_find_encoder(AV_CODEC_ID_MJPEG), AV_PIX_FMT_YUVJ420P, frame, packet);
            av_frame_unref(frame);
            decode(packet, frame);
            check(frame.width() == SIZE && frame.height() == SIZE ? 0 : -1, "give the picture its size");
        } finally {
            av_packet_free(packet);
            av_frame_free(frame);
        }
    }

    /**
     * One picture that needs no other, in H.264's own byte stream.
     *
     * @throws IllegalStateException if FFmpeg cannot encode it
     */
    static byte[] h264Picture() {
        AVPacket packet = av_packet_alloc();
        AVFrame frame = av_frame_alloc();
        try {
            encode(avcodec_find_encoder_by_name("libopenh264"), AV_PIX_FMT_YUV420P, frame, packet);
            byte[] picture = new byte[packet.size()];
            packet.data().limit(packet.size()).get(picture);
            return picture;
        } finally {
            av_packet_free(packet);
            av_frame_free(frame);
        }
    }

    private static void encode(AVCodec encoder, int format, AVFrame frame, AVPacket packet) {
        AVCodecContext codec = context(encoder);
        try {
            codec.width(SIZE).height(SIZE).pix_fmt(format);
            codec.time_base().num(1).den(FPS);
            codec.bit_rate(BITS_PER_S);
            check(avcodec_open2(codec, codec.codec(), NONE), "open the encoder");
            frame.width(SIZE).height(SIZE).format(format);
            check(av_frame_get_buffer(frame, 0), "get memory");
            paintGrey(frame);
            check(avcodec_send_frame(codec, frame), "encode");
            check(avcodec_send_frame(codec, null), "encode");
            check(avcodec_receive_packet(codec, packet), "encode");
        } finally {
            avcodec_free_context(codec);
        }
    }

    /** Without a time, and of whatever lay in memory, an encoder that keeps to a bit rate may leave the picture out. */
    private static void paintGrey(AVFrame frame) {
        frame.pts(0);
        for (int plane = 0; frame.data(plane) != null; plane++) {
            BytePointer.memset(frame.data(plane), GREY, (long) frame.linesize(plane) * (plane == 0 ? SIZE : SIZE / 2));
        }
    }

    private static void decode(AVPacket packet, AVFrame frame) {
        AVCodecContext codec = context(avcodec_find_decoder(AV_CODEC_ID_MJPEG));
        try {
            check(avcodec_open2(codec, codec.codec(), NONE), "open the decoder");
            check(avcodec_send_packet(codec, packet), "decode");
            check(avcodec_receive_frame(codec, frame), "decode");
        } finally {
            avcodec_free_context(codec);
        }
    }

    private static AVCodecContext context(AVCodec codec) {
        check(codec == null ? -1 : 0, "find its own codec");
        return avcodec_alloc_context3(codec);
    }

    private static void check(int result, String what) {
        if (result < 0) {
            throw new IllegalStateException("FFmpeg loads, but cannot " + what);
        }
    }
}
