package io.ringsight.sources.recent;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_HEVC;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_rescale_ts;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_copy;
import static org.bytedeco.ffmpeg.global.avformat.AVIO_FLAG_WRITE;
import static org.bytedeco.ffmpeg.global.avformat.av_write_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_write_trailer;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_output_context2;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;
import static org.bytedeco.ffmpeg.global.avformat.avformat_write_header;
import static org.bytedeco.ffmpeg.global.avformat.avio_close;
import static org.bytedeco.ffmpeg.global.avformat.avio_open;

import io.ringsight.core.frame.RecentVideo;
import io.ringsight.sources.decode.StreamDecoder;
import io.ringsight.sources.libav.FfmpegErrors;
import io.ringsight.sources.libav.NativeObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVOutputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVRational;

/** Puts packets as they are into an MP4 whose index comes first. Changes the packets' times. One use. */
final class Mp4Writer {
    /** Apple's players take HEVC by this name only. */
    private static final int HVC1 = 'h' | 'v' << 8 | 'c' << 16 | '1' << 24;

    /** Not found, input/output error, no permission, no space left, read-only, quota exceeded. */
    private static final Set<Integer> OF_DISK = Set.of(-2, FfmpegErrors.EIO, -13, -28, -30, -122);

    private final StreamDescription description;
    private final List<AVPacket> packets;

    Mp4Writer(StreamDescription description, List<AVPacket> packets) {
        this.description = description;
        this.packets = packets;
    }

    void write(Path file) throws IOException {
        AVFormatContext out = new AVFormatContext(null);
        // it opens the file by this name once more, to move the index to the front
        String url = "file:" + file.toAbsolutePath();
        check(avformat_alloc_output_context2(out, (AVOutputFormat) null, StreamDescription.MP4, url));
        NativeObject.FORMAT_CONTEXT.made();
        AVIOContext io = new AVIOContext(null);
        try {
            AVStream stream = describe(out);
            check(avio_open(io, url, AVIO_FLAG_WRITE));
            out.pb(io);
            writeAll(out, stream);
            int closed = avio_close(io);
            io.setNull();
            check(closed);
        } finally {
            avio_close(io);
            avformat_free_context(out);
            NativeObject.FORMAT_CONTEXT.freed();
        }
    }

    private AVStream describe(AVFormatContext out) throws IOException {
        AVStream stream = avformat_new_stream(out, (AVCodec) null);
        check(avcodec_parameters_copy(stream.codecpar(), description.parameters()));
        stream.codecpar().codec_tag(stream.codecpar().codec_id() == AV_CODEC_ID_HEVC ? HVC1 : 0);
        ParameterSets.add(stream.codecpar(), packets.get(0));
        try (AVRational unit = description.timeBase()) {
            stream.time_base(unit);
        }
        return stream;
    }

    private void writeAll(AVFormatContext out, AVStream stream) throws IOException {
        AVDictionary options = StreamDecoder.options(Map.of("movflags", "+faststart"));
        try (AVRational unit = description.timeBase()) {
            check(avformat_write_header(out, options));
            PacketTimes.fromZero(packets);
            for (AVPacket packet : packets) {
                av_packet_rescale_ts(packet, unit, stream.time_base());
                packet.stream_index(0);
                packet.pos(-1);
                check(av_write_frame(out, packet));
            }
            check(av_write_trailer(out));
        } finally {
            StreamDecoder.free(options);
        }
    }

    /** What the disk refuses is told apart from a stream that no MP4 holds. */
    private static void check(int result) throws IOException {
        if (result < 0) {
            String detail = "the clip cannot be written: " + FfmpegErrors.detail(result, "");
            throw OF_DISK.contains(result) ? new IOException(detail) : new RecentVideo.GoneException(detail);
        }
    }
}
