package io.ringsight.sources.decode;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.infer.cuda.PictureLayout;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.sources.libav.CudaContext;
import io.ringsight.sources.libav.FfmpegLog;
import io.ringsight.sources.spec.Decode;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.supervise.EndedException;
import io.ringsight.sources.supervise.Ending;
import java.util.OptionalInt;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecHWConfig;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * NVIDIA's decoder (NVDEC) for one source, through FFmpeg: decoded pictures stay in the GPU's memory.
 *
 * <p><b>Context.</b> FFmpeg works in the context of the network ({@link CudaContext}), so its addresses mean the same to the
 * letterbox kernel. <b>Order.</b> FFmpeg writes pictures on a stream of this source alone; lanes work on streams that do not
 * wait for that one. So {@link #awaitPicture} waits for it, asleep, before a picture is handed on.
 * <b>Surfaces.</b> Pictures that are held are the decoder's own: it is told to have as many more.
 *
 * <p>Used by the source's thread, closed when that is done.
 */
public final class CudaDecoder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CudaDecoder.class);

    private static final int CHANNELS = 3;
    /** Of what NVDEC gives in half the chroma (4:2:0). */
    private static final int MAX_BITS = 10;

    private final Decoding decoding;
    /** Pictures that may be held beside those the decoder needs for itself. */
    private final int pictures;

    private SourceMetrics metrics;
    private CudaContext context;
    private int contextDevice;
    /** Why the network cannot read what NVDEC would make of this video; empty if it can. */
    private String unreadable = "";

    private boolean attached;
    /** Whether there was no GPU when the codec was opened, so that there may be one later. */
    private boolean waitsForGpu;

    private boolean told;

    public CudaDecoder(Decoding decoding, int pictures) {
        this.decoding = decoding;
        this.pictures = pictures;
    }

    /** Whose pictures are decoded in the run that begins. */
    public void begin(SourceMetrics metrics) {
        this.metrics = metrics;
    }

    /**
     * Lets {@code codec}, which is not open yet, decode on the GPU if that is wanted and can be.
     *
     * @throws EndedException not to be retried, if the GPU must decode and cannot
     */
    void attach(AVCodecContext codec, AVCodec decoder, FfmpegLog log) throws EndedException {
        attached = false;
        OptionalInt device = decoding.wanted() == Decode.CPU
                ? OptionalInt.empty()
                : decoding.device().get();
        waitsForGpu = device.isEmpty() && decoding.wanted() == Decode.AUTO;
        if (device.isEmpty()) {
            if (decoding.wanted() == Decode.CUDA) {
                throw impossible("the model does not compute on a GPU; set pipeline.device to cuda, or decode to auto");
            }
            return;
        }
        if (unreadable.isEmpty()) {
            unreadable = unreadable(codec.pix_fmt());
        }
        String problem = unreadable;
        if (problem.isEmpty()) {
            problem = isSupported(decoder) ? open(device.getAsInt(), log) : noHardware(decoder);
        }
        if (!problem.isEmpty()) {
            notPossible(problem);
            return;
        }
        codec.hw_device_ctx(av_buffer_ref(context.reference()));
        codec.extra_hw_frames(pictures);
        attached = true;
    }

    private static boolean isSupported(AVCodec decoder) {
        for (int i = 0; ; i++) {
            AVCodecHWConfig config = avcodec_get_hw_config(decoder, i);
            if (config == null || config.isNull()) {
                return false;
            }
            if (config.device_type() == AV_HWDEVICE_TYPE_CUDA
                    && (config.methods() & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) != 0) {
                return true;
            }
        }
    }

    private static String noHardware(AVCodec decoder) {
        return "NVDEC does not decode " + decoder.name().getString();
    }

    /** What is known when a video is opened; its first picture tells for certain. */
    private static String unreadable(int pixelFormat) {
        AVPixFmtDescriptor video = av_pix_fmt_desc_get(pixelFormat);
        if (video == null || video.isNull()) {
            return "";
        }
        int bits = video.comp(0).depth();
        boolean chromaOfAllPixels = video.log2_chroma_w() == 0 && video.log2_chroma_h() == 0;
        boolean chromaOfHalfTheLines = video.log2_chroma_h() == 1;
        boolean readable = video.nb_components() < CHANNELS || chromaOfHalfTheLines
                ? bits <= MAX_BITS
                : chromaOfAllPixels && bits == Byte.SIZE;
        return readable ? "" : unreadableText(pixelFormat);
    }

    private static String unreadableText(int pixelFormat) {
        return "the network does not read pictures of the format "
                + av_get_pix_fmt_name(pixelFormat).getString() + " on the GPU";
    }

    /** Opens the device unless it is open; returns why that cannot be, or nothing. */
    private String open(int device, FfmpegLog log) {
        if (context != null && contextDevice == device) {
            return "";
        }
        close();
        CudaContext made = CudaContext.open(device, log);
        if (!made.problem().isEmpty()) {
            return "FFmpeg cannot open GPU " + device + ": " + made.problem();
        }
        context = made;
        contextDevice = device;
        return "";
    }

    /** Whether the codec should be opened again, because a GPU came after it: its engine was being built. */
    boolean canMove() {
        return waitsForGpu && decoding.device().get().isPresent();
    }

    /** Whether the codec opened last was to decode on the GPU. */
    boolean isAttached() {
        return attached;
    }

    /**
     * Waits until the picture just decoded is in the GPU's memory.
     *
     * @param pixelFormat of the picture there
     * @throws EndedException to be retried, if pictures may not lie there any more, the GPU fails, or the network cannot
     *     read such pictures; then the CPU decodes from now on
     */
    void awaitPicture(int pixelFormat) throws EndedException {
        if (PictureLayout.of(pixelFormat) == null) {
            unreadable = unreadableText(pixelFormat);
            if (decoding.wanted() == Decode.CUDA) {
                throw impossible(unreadable);
            }
            throw new EndedException(
                    Ending.retry(GapReason.DISCONNECTED, unreadable + ": opening again, decoded by the CPU"));
        }
        OptionalInt device = decoding.device().get();
        if (device.isEmpty() || device.getAsInt() != contextDevice) {
            throw new EndedException(Ending.retry(
                    GapReason.DISCONNECTED, "the GPU does not compute any more: opening again, decoded by the CPU"));
        }
        String problem = context.await();
        if (!problem.isEmpty()) {
            throw new EndedException(Ending.retry(GapReason.DISCONNECTED, "the GPU failed while decoding: " + problem));
        }
    }

    /**
     * The decoder was to work on the GPU and gave a picture in host memory: FFmpeg saw at the stream's head that this GPU
     * does not decode it (profile, size, chroma format, too many sessions).
     *
     * @throws EndedException not to be retried, if the GPU must decode
     */
    void cameInHostMemory(FfmpegLog log) throws EndedException {
        attached = false;
        String said = log == null || log.errors().isEmpty() ? "" : ": " + log.errors();
        notPossible("this GPU does not decode this video (its profile, size or colour format, or too many at a time)"
                + said);
    }

    private void notPossible(String problem) throws EndedException {
        if (decoding.wanted() == Decode.CUDA) {
            throw impossible(problem);
        }
        metrics.count(Counter.DECODE_FALLBACKS);
        if (!told) {
            told = true;
            LOG.warn("{}: the CPU decodes, because the GPU cannot: {}", metrics.sourceId(), problem);
        }
    }

    private static EndedException impossible(String problem) {
        return new EndedException(Ending.fatal(GapReason.UNSUPPORTED, "decode: cuda is not possible: " + problem));
    }

    /** Lets go of the device. Twice is allowed. */
    @Override
    public void close() {
        if (context != null) {
            context.close();
            context = null;
        }
    }
}
