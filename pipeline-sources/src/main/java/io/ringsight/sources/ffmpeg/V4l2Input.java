package io.ringsight.sources.ffmpeg;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.memory.NativeMemory;
import io.ringsight.sources.decode.CudaDecoder;
import io.ringsight.sources.decode.Input;
import io.ringsight.sources.decode.PictureUnits;
import io.ringsight.sources.decode.PixelAspect;
import io.ringsight.sources.decode.StreamDecoder;
import io.ringsight.sources.libav.Deadline;
import io.ringsight.sources.libav.FfmpegErrors;
import io.ringsight.sources.libav.FfmpegLog;
import io.ringsight.sources.libav.NativeObject;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.time.TimeBase;
import io.ringsight.sources.v4l2.CaptureException;
import io.ringsight.sources.v4l2.Kernel;
import io.ringsight.sources.v4l2.LinuxKernel;
import io.ringsight.sources.v4l2.PictureFormat;
import io.ringsight.sources.v4l2.StampPoint;
import io.ringsight.sources.v4l2.StreamColors;
import io.ringsight.sources.v4l2.V4l2Device;
import io.ringsight.sources.v4l2.V4l2Settings;
import io.ringsight.sources.v4l2.VideoCapture;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVDictionaryEntry;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.javacpp.Pointer;

/**
 * A USB or built-in camera, read from the kernel itself: FFmpeg only decodes. FFmpeg's own reader is in a library that
 * asks for sound and screen libraries, which a server lacks.
 *
 * <p>Each picture is copied out of the driver's buffer at once, so that the driver never runs out of buffers because
 * somebody still looks at one, and pictures outlive the camera. Allocates no Java object for a frame.
 */
final class V4l2Input implements Input {
    static {
        FfmpegLog.install();
    }

    private static final int DATA_AT = Pointer.offsetof(AVPacket.class, "data");
    private static final int US_PER_S = 1_000_000;
    /** How long stopping may take. */
    private static final int WAIT_MS = 20;

    private final VideoCapture capture;
    private final Deadline deadline;
    private final AVCodecContext codec;
    private final AVPacket packet = av_packet_alloc();
    private final NativeMemory memory = new NativeMemory();
    private int lost;
    private StampPoint stampPoint = StampPoint.NONE;
    private boolean closed;

    private V4l2Input(VideoCapture capture, AVCodecContext codec, Deadline deadline) {
        this.capture = capture;
        this.codec = codec;
        this.deadline = deadline;
        NativeObject.PACKET.made();
    }

    /**
     * Opens the camera where it is now, starts it, and opens its decoder.
     *
     * @param deadline ends waiting for pictures
     * @param cuda what the decoder may work on
     * @throws EndedException if that cannot be; nothing is left open then
     */
    static V4l2Input open(SourceSpec.V4l2 spec, V4l2Device device, Deadline deadline, FfmpegLog log, CudaDecoder cuda)
            throws EndedException {
        V4l2Input input = open(V4l2Settings.of(spec), device.resolve(), kernel(), new Tools(deadline, log, cuda));
        device.remember();
        return input;
    }

    /** What an input works with. */
    record Tools(Deadline deadline, FfmpegLog log, CudaDecoder cuda) {}

    static V4l2Input open(V4l2Settings settings, String path, Kernel kernel, Tools tools) throws EndedException {
        VideoCapture capture;
        try {
            capture = VideoCapture.open(kernel, path, settings.wish());
        } catch (CaptureException e) {
            throw new EndedException(Ending.retry(FfmpegErrors.ofOpening(e.code(), ""), e.getMessage()), e.code());
        }
        boolean open = false;
        try {
            AVCodecContext codec = decoder(capture.format(), settings.decoderOptions(), tools);
            open = true;
            return new V4l2Input(capture, codec, tools.deadline());
        } finally {
            if (!open) {
                capture.close();
            }
        }
    }

    private static Kernel kernel() throws EndedException {
        try {
            return new LinuxKernel();
        } catch (LinkageError e) {
            throw new EndedException(Ending.fatal(
                    GapReason.UNSUPPORTED,
                    "USB cameras need JNA's native library, which does not load: " + e.getMessage()));
        }
    }

    private static AVCodecContext decoder(PictureFormat format, Map<String, String> values, Tools tools)
            throws EndedException {
        AVCodecParameters stream = avcodec_parameters_alloc();
        AVDictionary options = StreamDecoder.options(values);
        try (AVRational microseconds = new AVRational().num(1).den(US_PER_S)) {
            StreamColors.describe(format, stream);
            AVCodecContext codec = StreamDecoder.open(stream, microseconds, options, tools.log(), tools.cuda());
            AVDictionaryEntry unknown = av_dict_get(options, "", null, AV_DICT_IGNORE_SUFFIX);
            if (unknown != null && !unknown.isNull()) {
                StreamDecoder.free(codec);
                throw V4l2Settings.unknownOption(unknown.key().getString());
            }
            return codec;
        } finally {
            StreamDecoder.free(options);
            avcodec_parameters_free(stream);
        }
    }

    @Override
    public int read() {
        av_packet_unref(packet);
        int result = capture.take(WAIT_MS);
        while (result == AVERROR_EAGAIN() && !mustGiveUp()) {
            result = capture.take(WAIT_MS);
        }
        if (result < 0) {
            lost = 0;
            return result;
        }
        lost = capture.lost();
        result = fill();
        capture.giveBack();
        return result;
    }

    private boolean mustGiveUp() {
        return deadline.isOver()
                || deadline.isStopped()
                || Thread.currentThread().isInterrupted();
    }

    /** A damaged picture leaves the packet without data. */
    private int fill() {
        int bytes = capture.bytes();
        if (bytes > 0) {
            int result = av_new_packet(packet, bytes);
            if (result < 0) {
                return result;
            }
            capture.copyTo(memory.longAt(packet.address() + DATA_AT));
        }
        packet.pts(capture.timestampUs());
        stampPoint = capture.stampPoint();
        packet.flags(capture.isKeyFrame() ? AV_PKT_FLAG_KEY : 0);
        return 0;
    }

    @Override
    public AVPacket packet() {
        return packet;
    }

    @Override
    public int lost() {
        return lost;
    }

    @Override
    public GapReason lossReason() {
        return capture.wasTooSlow() ? GapReason.OVERLOAD : GapReason.CORRUPT;
    }

    @Override
    public StampPoint stampPoint() {
        return stampPoint;
    }

    @Override
    public AVCodecContext codec() {
        return codec;
    }

    @Override
    public String codecName() {
        return avcodec_get_name(capture.format().layout().codec()).getString();
    }

    @Override
    public PictureUnits pictureUnits() {
        return new PictureUnits(capture.format().layout().codec(), new byte[0]);
    }

    /** A JPEG's "density" is that of print. */
    @Override
    public PixelAspect.Knowledge pixelAspect() {
        return new PixelAspect.Knowledge(0, 1, capture.format().layout().codec() != AV_CODEC_ID_MJPEG);
    }

    @Override
    public TimeBase timeBase() {
        return new TimeBase(1, US_PER_S);
    }

    @Override
    public long frameNs() {
        return capture.format().frameNs();
    }

    @Override
    public int tracks() {
        return 1;
    }

    @Override
    public int track() {
        return 1;
    }

    @Override
    public boolean isPicture() {
        return false;
    }

    @Override
    public boolean comesInBursts() {
        return false;
    }

    @Override
    public boolean isFinite() {
        return false;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        capture.close();
        StreamDecoder.free(codec);
        av_packet_free(packet);
        NativeObject.PACKET.freed();
    }
}
