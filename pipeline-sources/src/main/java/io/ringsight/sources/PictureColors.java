package io.ringsight.sources;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.ColorMatrix;
import io.ringsight.core.frame.ColorRange;

/** Colour matrix and range of a decoded frame, and what to assume where the stream does not say. */
final class PictureColors {
    private static final int HD_WIDTH = 1280;
    private static final int SD_HEIGHT = 576;

    private PictureColors() {}

    /** The range; without a word of the stream full for JPEG's formats and limited for all others. */
    static ColorRange range(int avColorRange, int pixelFormat) {
        if (avColorRange == AVCOL_RANGE_JPEG || avColorRange != AVCOL_RANGE_MPEG && isJpeg(pixelFormat)) {
            return ColorRange.FULL;
        }
        return ColorRange.LIMITED;
    }

    /**
     * The matrix. Without a word of the stream BT.601 for JPEG (JFIF says so) and standard definition, BT.709 for what
     * is larger, as televisions do.
     */
    static ColorMatrix matrix(int avColorSpace, int pixelFormat, int width, int height) {
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
}
