package io.ringsight.sources.ffmpeg;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avformat.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.GapReason;
import io.ringsight.sources.decode.CudaDecoder;
import io.ringsight.sources.decode.Input;
import io.ringsight.sources.decode.PictureUnits;
import io.ringsight.sources.decode.PixelAspect;
import io.ringsight.sources.decode.StreamDecoder;
import io.ringsight.sources.libav.Deadline;
import io.ringsight.sources.libav.FfmpegErrors;
import io.ringsight.sources.libav.FfmpegLog;
import io.ringsight.sources.libav.InputPlan;
import io.ringsight.sources.libav.NativeObject;
import io.ringsight.sources.libav.VideoTracks;
import io.ringsight.sources.recent.RecentPackets;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.time.TimeBase;
import io.ringsight.sources.time.TimeLine;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOInterruptCB;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avformat.AVStreamGroup;
import org.bytedeco.ffmpeg.avformat.AVStreamGroupTileGrid;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVDictionaryEntry;
import org.bytedeco.ffmpeg.avutil.AVRational;

/**
 * An open FFmpeg input: its demuxer, its one video stream and that stream's decoder.
 *
 * <p>Owned by the thread that opened it, whose {@link Deadline} bounds all calls.
 */
public final class FfmpegInput implements Input {
    static {
        FfmpegLog.install();
        avformat_network_init();
    }

    private final AVIOInterruptCB interrupt =
            new AVIOInterruptCB().callback(Deadline.callback()).opaque(null);
    private final AVPacket packet = av_packet_alloc();
    private AVFormatContext format = avformat_alloc_context();
    private AVCodecContext codec;
    private Decoders decoders;
    private AVStream stream;
    private int streamIndex;
    private String codecName = "";
    private String demuxer = "";
    /** Pictures in a row, each of which says all: they have no times, and looking ahead would only make them old. */
    private boolean timeless;
    /** Null if what is read is not kept. */
    private RecentPackets recent;

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
    public static FfmpegInput open(InputPlan plan, FfmpegLog log, CudaDecoder cuda) throws EndedException {
        FfmpegInput input = new FfmpegInput();
        // Some options are known to demuxer and decoder alike: each gets all of them.
        AVDictionary formatOptions = StreamDecoder.options(plan.options());
        AVDictionary codecOptions = StreamDecoder.options(plan.options());
        boolean open = false;
        try {
            input.openFormat(plan, formatOptions, log);
            input.chooseStream(plan);
            input.decoders = new Decoders(plan.options(), log, cuda);
            input.openCodec(codecOptions, log, cuda);
            refuseLeftOvers(formatOptions, codecOptions);
            open = true;
            return input;
        } finally {
            StreamDecoder.free(formatOptions);
            StreamDecoder.free(codecOptions);
            if (!open) {
                input.close();
            }
        }
    }

    /** What a decoder is opened with. */
    private record Decoders(Map<String, String> options, FfmpegLog log, CudaDecoder cuda) {}

    @Override
    public void renewDecoder() throws EndedException {
        AVCodecContext old = codec;
        AVDictionary options = StreamDecoder.options(decoders.options());
        try {
            openCodec(options, decoders.log(), decoders.cuda());
            StreamDecoder.free(old);
        } finally {
            StreamDecoder.free(options);
        }
    }

    private void openFormat(InputPlan plan, AVDictionary options, FfmpegLog log) throws EndedException {
        format.interrupt_callback(interrupt);
        AVInputFormat inputFormat = plan.format() == null ? null : av_find_input_format(plan.format());
        int result = avformat_open_input(format, plan.url(), inputFormat, options);
        if (result < 0) {
            format = null; // FFmpeg has freed it
            NativeObject.FORMAT_CONTEXT.freed();
            throw failed(result, log);
        }
        demuxer = format.iformat().name().getString();
        timeless = plan.isNetwork() && isPictures();
        if (plan.probe() && !timeless) {
            result = avformat_find_stream_info(format, (AVDictionary) null);
            if (result < 0) {
                throw failed(result, log);
            }
        }
    }

    private boolean isPictures() {
        return isPicture() || demuxer.equals("mpjpeg") || demuxer.equals("mjpeg");
    }

    @Override
    public boolean isPicture() {
        return demuxer.endsWith("_pipe");
    }

    @Override
    public boolean comesInBursts() {
        return demuxer.equals("hls") || isFinite();
    }

    @Override
    public boolean isFinite() {
        return format.duration() != AV_NOPTS_VALUE && format.duration() > 0;
    }

    private static EndedException failed(int code, FfmpegLog log) {
        GapReason reason = FfmpegErrors.ofOpening(code, log.lastError());
        return new EndedException(Ending.retry(reason, FfmpegErrors.detail(code, log.lastError())), code);
    }

    private void chooseStream(InputPlan plan) throws EndedException {
        VideoTracks tracks = tracksNow();
        if (plan.track() > 0) {
            streamIndex = tracks.stream(plan.track());
        } else {
            streamIndex =
                    plan.probe() ? av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0) : first();
        }
        refuseTiles();
        if (streamIndex < 0) {
            throw noTrack(plan, tracks);
        }
        for (int i = 0; i < format.nb_streams(); i++) {
            if (i != streamIndex) {
                format.streams(i).discard(AVDISCARD_ALL);
            }
        }
        stream = format.streams(streamIndex);
    }

    /** A file stays as it is; a camera may have more videos when it is asked again. */
    private static EndedException noTrack(InputPlan plan, VideoTracks tracks) {
        if (tracks.count() == 0 || plan.track() == 0) {
            return new EndedException(Ending.retry(GapReason.UNSUPPORTED, "it has no video"));
        }
        String detail = "expected track 1" + (tracks.count() == 1 ? "" : " to " + tracks.count())
                + ", the videos it has (" + tracks + "), got track " + plan.track();
        return new EndedException(
                plan.isNetwork()
                        ? Ending.retry(GapReason.UNSUPPORTED, detail)
                        : Ending.fatal(GapReason.UNSUPPORTED, detail));
    }

    private VideoTracks tracksNow() {
        return new VideoTracks(format);
    }

    /** A large AVIF or HEIC picture is a grid of small ones, each a stream: none of them is the picture. */
    private void refuseTiles() throws EndedException {
        for (int i = 0; i < format.nb_stream_groups(); i++) {
            AVStreamGroup group = format.stream_groups(i);
            String tiles = group.type() == AV_STREAM_GROUP_PARAMS_TILE_GRID ? tiles(group.params_tile_grid()) : "";
            if (!tiles.isEmpty()) {
                throw new EndedException(Ending.fatal(
                        GapReason.UNSUPPORTED,
                        "the picture is " + tiles + ", which is not supported; convert it to JPEG or PNG"));
            }
        }
    }

    /** What of tiles the picture is made of; empty if it is one whole tile. One tile may stand in several places. */
    private static String tiles(AVStreamGroupTileGrid grid) {
        if (grid.nb_tiles() > 1) {
            return "a grid of " + grid.nb_tiles() + " tiles";
        }
        String shown = grid.width() + "x" + grid.height();
        String tile = grid.coded_width() + "x" + grid.coded_height();
        return shown.equals(tile) ? "" : shown + " pixels of a tile of " + tile;
    }

    private int first() {
        for (int i = 0; i < format.nb_streams(); i++) {
            if (VideoTracks.isVideo(format.streams(i))) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public int tracks() {
        return tracksNow().count();
    }

    @Override
    public int track() {
        return tracksNow().number(streamIndex);
    }

    private void openCodec(AVDictionary options, FfmpegLog log, CudaDecoder cuda) throws EndedException {
        codecName = avcodec_get_name(stream.codecpar().codec_id()).getString();
        codec = StreamDecoder.open(stream.codecpar(), stream.time_base(), options, log, cuda);
    }

    /** FFmpeg ignores names it does not know without a word. */
    private static void refuseLeftOvers(AVDictionary ofFormat, AVDictionary ofCodec) throws EndedException {
        av_dict_set(ofFormat, InputPlan.PATTERN_TYPE, (String) null, 0);
        AVDictionaryEntry entry = av_dict_get(ofFormat, "", null, AV_DICT_IGNORE_SUFFIX);
        while (entry != null && !entry.isNull()) {
            String name = entry.key().getString();
            if (av_dict_get(ofCodec, name, null, 0) != null) {
                throw StreamDecoder.unknownOption(name);
            }
            entry = av_dict_get(ofFormat, "", entry, AV_DICT_IGNORE_SUFFIX);
        }
    }

    @Override
    public int read() {
        av_packet_unref(packet);
        int result = av_read_frame(format, packet);
        while (result >= 0 && packet.stream_index() != streamIndex) {
            av_packet_unref(packet);
            result = av_read_frame(format, packet);
        }
        if (result >= 0 && timeless) {
            // FFmpeg counts such pictures as 25 a second, whatever the camera does.
            packet.pts(AV_NOPTS_VALUE);
            packet.dts(AV_NOPTS_VALUE);
        }
        if (result >= 0 && recent != null) {
            recent.add(packet, codec);
        }
        return Math.min(result, 0);
    }

    /** What is read from now on is kept there, too; {@code times} are those of its frames. */
    void keepIn(RecentPackets packets, TimeLine times) {
        packets.begin(stream, times);
        recent = packets;
    }

    @Override
    public AVPacket packet() {
        return packet;
    }

    @Override
    public AVCodecContext codec() {
        return codec;
    }

    @Override
    public PictureUnits pictureUnits() {
        return new PictureUnits(stream.codecpar());
    }

    @Override
    public String codecName() {
        return codecName;
    }

    @Override
    public PixelAspect.Knowledge pixelAspect() {
        AVRational ofStream = stream.sample_aspect_ratio();
        // A photo's "density" is that of print, which cameras and scanners fill in as they like.
        boolean printed =
                isPicture() || demuxer.equals("image2") || stream.codecpar().codec_id() == AV_CODEC_ID_MJPEG;
        return new PixelAspect.Knowledge(ofStream.num(), ofStream.den(), !printed);
    }

    @Override
    public TimeBase timeBase() {
        return timeBase(stream.time_base());
    }

    private static TimeBase timeBase(AVRational rational) {
        return new TimeBase(Math.max(1, rational.num()), Math.max(1, rational.den()));
    }

    /** When the file says its recording began, as text of ISO 8601; empty where it does not. */
    String creationTime() {
        String ofFile = tag(format.metadata(), "creation_time");
        return ofFile.isEmpty() ? tag(stream.metadata(), "creation_time") : ofFile;
    }

    private static String tag(AVDictionary tags, String name) {
        AVDictionaryEntry entry = tags == null ? null : av_dict_get(tags, name, null, 0);
        return entry == null || entry.isNull() ? "" : entry.value().getString();
    }

    @Override
    public long frameNs() {
        if (timeless) {
            return 0;
        }
        AVRational rate = stream.avg_frame_rate();
        if (rate.num() <= 0 || rate.den() <= 0) {
            rate = stream.r_frame_rate();
        }
        if (rate.num() <= 0 || rate.den() <= 0) {
            return 0;
        }
        return 1_000_000_000L * rate.den() / rate.num();
    }

    @Override
    public void close() {
        if (packet.isNull()) {
            return;
        }
        av_packet_free(packet);
        packet.setNull();
        NativeObject.PACKET.freed();
        if (codec != null) {
            StreamDecoder.free(codec);
            codec = null;
        }
        if (format != null) {
            avformat_close_input(format);
            format = null;
            NativeObject.FORMAT_CONTEXT.freed();
        }
        interrupt.close();
    }
}
