package io.ringsight.sources.decode;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.ColorMatrix;
import io.ringsight.core.frame.ColorRange;
import java.util.BitSet;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;

/** Colour matrix and range of a decoded frame, and what to assume where the stream does not say. */
public final class PictureColors {
    private static final int HD_WIDTH = 1280;
    private static final int SD_HEIGHT = 576;
    private static final BitSet GREY = greyFormats();

    private PictureColors() {}

    /**
     * The range. Without a word of the stream full for JPEG's formats and for grey, as grey cameras and picture files
     * have it (swscale assumes the same; H.265 and AV1, which can be grey too, always say), and limited for all others.
     */
    public static ColorRange range(int avColorRange, int pixelFormat) {
        boolean fullByDefault = isJpeg(pixelFormat) || GREY.get(pixelFormat);
        if (avColorRange == AVCOL_RANGE_JPEG || avColorRange != AVCOL_RANGE_MPEG && fullByDefault) {
            return ColorRange.FULL;
        }
        return ColorRange.LIMITED;
    }

    /**
     * The matrix. Without a word of the stream BT.601 for JPEG (JFIF says so) and standard definition, BT.709 for what
     * is larger, as televisions do.
     */
    public static ColorMatrix matrix(int avColorSpace, int pixelFormat, int width, int height) {
        switch (avColorSpace) {
            case AVCOL_SPC_BT709:
            case AVCOL_SPC_SMPTE240M: // within one level of BT.709
                return ColorMatrix.BT709;
            case AVCOL_SPC_FCC: // within one level of BT.601
            case AVCOL_SPC_BT470BG:
            case AVCOL_SPC_SMPTE170M:
                return ColorMatrix.BT601;
            case AVCOL_SPC_BT2020_NCL:
            case AVCOL_SPC_BT2020_CL:
                return ColorMatrix.BT2020;
            default:
                boolean hd = width >= HD_WIDTH || height > SD_HEIGHT;
                return hd && !isJpeg(pixelFormat) ? ColorMatrix.BT709 : ColorMatrix.BT601;
        }
    }

    private static boolean isJpeg(int pixelFormat) {
        return pixelFormat == AV_PIX_FMT_YUVJ420P
                || pixelFormat == AV_PIX_FMT_YUVJ422P
                || pixelFormat == AV_PIX_FMT_YUVJ444P
                || pixelFormat == AV_PIX_FMT_YUVJ440P
                || pixelFormat == AV_PIX_FMT_YUVJ411P;
    }

    /** The formats with luma alone, of any depth, perhaps with transparency: made once, a frame asks no descriptor. */
    private static BitSet greyFormats() {
        BitSet grey = new BitSet();
        for (int format = 0; format < AV_PIX_FMT_NB; format++) {
            AVPixFmtDescriptor descriptor = av_pix_fmt_desc_get(format);
            if (descriptor != null
                    && descriptor.nb_components() <= 2
                    && (descriptor.flags() & (AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_HWACCEL)) == 0) {
                grey.set(format);
            }
        }
        return grey;
    }
}
