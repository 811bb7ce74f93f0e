package io.ringsight.core.preprocess;

import static org.bytedeco.ffmpeg.global.swscale.*;

import io.ringsight.core.frame.ColorMatrix;
import io.ringsight.core.frame.ColorRange;
import io.ringsight.core.frame.Picture;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.ffmpeg.swscale.SwsFilter;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;

/**
 * A swscale context for pictures of one size, format and colour coding, and their place in the model's input. Native
 * memory: whoever made it closes it.
 */
final class Scaler implements AutoCloseable {
    /**
     * FAST_BILINEAR with a float or full-chroma target is plain two-tap bilinear at pixel centres, also when it makes
     * pictures smaller: what cv2's INTER_LINEAR does and models were trained and measured with. BILINEAR would widen
     * the filter (anti-aliasing) and differ by several grey levels on edges. FULL_CHR_H_INP keeps every chroma sample
     * of RGB pictures, ACCURATE_RND and FULL_CHR_H_INT keep the arithmetic at full width.
     */
    private static final int FLAGS =
            SWS_FAST_BILINEAR | SWS_FULL_CHR_H_INP | SWS_FULL_CHR_H_INT | SWS_ACCURATE_RND | SWS_BITEXACT;

    private static final int ONE = 1 << 16;
    /**
     * Contrast for float targets. swscale's own arithmetic takes 1.0 for 256 steps of grey, so white comes out as 255/256
     * (measured: 254.0 of 255, in each matrix and range); this takes it back, to within 0.02 of a grey step.
     */
    private static final int FLOAT_CONTRAST = Math.round(ONE * 256 / 255f);

    final SwsContext context;
    final Letterbox letterbox;
    private final int width;
    private final int height;
    private final int pixelFormat;
    private final ColorMatrix matrix;
    private final ColorRange range;
    long lastUse;

    /** For a model, as it was trained. */
    Scaler(Picture picture, Letterbox letterbox, int targetFormat) {
        this(picture, letterbox, targetFormat, FLAGS);
    }

    /** By swscale's own way of scaling. */
    Scaler(Picture picture, Letterbox letterbox, int targetFormat, int flags) {
        this.letterbox = letterbox;
        width = picture.width();
        height = picture.height();
        pixelFormat = picture.pixelFormat();
        matrix = picture.matrix();
        range = picture.range();
        int format = withoutRange(pixelFormat);
        // swscale ends the process when asked for a format it does not know.
        if (sws_isSupportedInput(format) == 0 || width < 1 || height < 1) {
            throw refused(format);
        }
        boolean fullRange = range == ColorRange.FULL || format != pixelFormat;
        context = sws_getContext(
                width,
                height,
                format,
                letterbox.width(),
                letterbox.height(),
                targetFormat,
                flags,
                (SwsFilter) null,
                (SwsFilter) null,
                (DoublePointer) null);
        if (context == null || context.isNull()) {
            throw refused(format);
        }
        // Refused (negative) only where neither side has colours to convert; then there is nothing to set.
        sws_setColorspaceDetails(
                context,
                sws_getCoefficients(isRgb(format) ? SWS_CS_DEFAULT : coefficients(matrix)),
                fullRange ? 1 : 0,
                sws_getCoefficients(SWS_CS_DEFAULT),
                1,
                0,
                targetFormat == avutil.AV_PIX_FMT_GBRPF32LE ? FLOAT_CONTRAST : ONE,
                ONE);
    }

    boolean fits(Picture picture) {
        return width == picture.width()
                && height == picture.height()
                && pixelFormat == picture.pixelFormat()
                && matrix == picture.matrix()
                && range == picture.range();
    }

    /**
     * swscale takes red, green and blue through luma and chroma and back: there and back by the same matrix, whatever the
     * stream says of colours that it does not have. A palette holds red, green and blue too.
     */
    private static boolean isRgb(int format) {
        long rgb = avutil.AV_PIX_FMT_FLAG_RGB | avutil.AV_PIX_FMT_FLAG_PAL;
        return (avutil.av_pix_fmt_desc_get(format).flags() & rgb) != 0;
    }

    private static int coefficients(ColorMatrix matrix) {
        return switch (matrix) {
            case BT601 -> SWS_CS_ITU601;
            case BT709 -> SWS_CS_ITU709;
            case BT2020 -> SWS_CS_BT2020;
        };
    }

    /** FFmpeg's old names for full-range YUV mean the format of the same layout with full range. */
    private static int withoutRange(int format) {
        return switch (format) {
            case avutil.AV_PIX_FMT_YUVJ420P -> avutil.AV_PIX_FMT_YUV420P;
            case avutil.AV_PIX_FMT_YUVJ422P -> avutil.AV_PIX_FMT_YUV422P;
            case avutil.AV_PIX_FMT_YUVJ444P -> avutil.AV_PIX_FMT_YUV444P;
            case avutil.AV_PIX_FMT_YUVJ440P -> avutil.AV_PIX_FMT_YUV440P;
            case avutil.AV_PIX_FMT_YUVJ411P -> avutil.AV_PIX_FMT_YUV411P;
            default -> format;
        };
    }

    private PreprocessException refused(int format) {
        return new PreprocessException(
                "cannot convert pictures of " + width + "x" + height + " in pixel format " + name(format));
    }

    private static String name(int format) {
        try (BytePointer name = avutil.av_get_pix_fmt_name(format)) {
            return name == null ? "number " + format : name.getString();
        }
    }

    @Override
    public void close() {
        sws_freeContext(context);
        context.setNull();
    }
}
