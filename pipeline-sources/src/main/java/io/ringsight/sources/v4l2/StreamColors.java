package io.ringsight.sources.v4l2;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.sources.v4l2.Videodev.Format;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;

/** What a V4L2 driver says of its raw pictures, in FFmpeg's terms. Compressed pictures say it themselves. */
public final class StreamColors {
    /** Pictures of 525 lines (NTSC) begin with the bottom field, others with the top field. */
    private static final int MAX_NTSC_LINES = 486;

    /** {@code V4L2_COLORSPACE_…}, as far as the defaults differ from BT.601 of limited range. */
    private static final int SPACE_SMPTE240M = 2;

    private static final int SPACE_REC709 = 3;
    private static final int SPACE_JPEG = 7;
    private static final int SPACE_BT2020 = 10;
    private static final int SPACE_DCI_P3 = 12;

    private static final int FULL_RANGE = 1;

    private StreamColors() {}

    /** Fills in what the decoder must know. */
    public static void describe(PictureFormat format, AVCodecParameters stream) {
        stream.codec_type(AVMEDIA_TYPE_VIDEO)
                .codec_id(format.layout().codec())
                .width(format.width())
                .height(format.height());
        if (!format.layout().isRaw()) {
            return;
        }
        stream.format(format.layout().pixelFormat())
                .codec_tag(format.layout().tag())
                .field_order(fieldOrder(format))
                .color_space(matrix(format))
                .color_range(range(format));
    }

    private static int fieldOrder(PictureFormat format) {
        return switch (format.field()) {
            case Format.FIELD_INTERLACED -> format.height() <= MAX_NTSC_LINES ? AV_FIELD_BB : AV_FIELD_TT;
            case Format.FIELD_INTERLACED_TB -> AV_FIELD_TT;
            case Format.FIELD_INTERLACED_BT -> AV_FIELD_BB;
            default -> AV_FIELD_PROGRESSIVE;
        };
    }

    /** By {@code V4L2_YCBCR_ENC_…} or the colour space's own ({@code V4L2_MAP_YCBCR_ENC_DEFAULT}). */
    private static int matrix(PictureFormat format) {
        boolean rgb = (av_pix_fmt_desc_get(format.layout().pixelFormat()).flags() & AV_PIX_FMT_FLAG_RGB) != 0;
        if (rgb || format.colors().colorspace() == 0) {
            return AVCOL_SPC_UNSPECIFIED;
        }
        return switch (format.colors().encoding()) {
            case 0 ->
                switch (format.colors().colorspace()) {
                    case SPACE_REC709, SPACE_DCI_P3 -> AVCOL_SPC_BT709;
                    case SPACE_BT2020 -> AVCOL_SPC_BT2020_NCL;
                    case SPACE_SMPTE240M -> AVCOL_SPC_SMPTE240M;
                    default -> AVCOL_SPC_SMPTE170M;
                };
            case 1, 3, 5 -> AVCOL_SPC_SMPTE170M; // 601, XV601, SYCC
            case 2, 4 -> AVCOL_SPC_BT709; // 709, XV709
            case 6 -> AVCOL_SPC_BT2020_NCL;
            case 7 -> AVCOL_SPC_BT2020_CL;
            case 8 -> AVCOL_SPC_SMPTE240M;
            default -> AVCOL_SPC_UNSPECIFIED;
        };
    }

    /** Where the driver leaves it open, the pixels' format decides as with every stream. */
    private static int range(PictureFormat format) {
        if (format.colors().quantization() == 0) {
            return format.colors().colorspace() == SPACE_JPEG ? AVCOL_RANGE_JPEG : AVCOL_RANGE_UNSPECIFIED;
        }
        return format.colors().quantization() == FULL_RANGE ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    }
}
