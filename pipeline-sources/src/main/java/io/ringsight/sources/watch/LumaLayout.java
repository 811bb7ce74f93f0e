package io.ringsight.sources.watch;

import static org.bytedeco.ffmpeg.global.avutil.*;

/**
 * Where a pixel's brightness lies in the first plane of a picture.
 *
 * @param step bytes from one pixel to the next
 * @param offset of the byte, or of the lower of two
 * @param shift for two bytes, little-endian: by how much to shift them to eight bits; 0 for one byte
 */
public record LumaLayout(int step, int offset, int shift) {
    private static final LumaLayout PLANE = new LumaLayout(1, 0, 0);
    private static final LumaLayout YUYV = new LumaLayout(2, 0, 0);
    private static final LumaLayout UYVY = new LumaLayout(2, 1, 0);
    private static final LumaLayout TEN_BITS = new LumaLayout(2, 0, 2);
    private static final LumaLayout TWELVE_BITS = new LumaLayout(2, 0, 4);
    private static final LumaLayout UPPER_BITS = new LumaLayout(2, 1, 0);
    private static final LumaLayout THREE_BYTES = new LumaLayout(3, 1, 0);
    private static final LumaLayout FOUR_BYTES = new LumaLayout(4, 1, 0);

    /** Of FFmpeg's pixel format; green stands for the brightness of coloured pixels. */
    public static LumaLayout of(int format) {
        switch (format) {
            case AV_PIX_FMT_YUYV422:
            case AV_PIX_FMT_YVYU422:
                return YUYV;
            case AV_PIX_FMT_UYVY422:
                return UYVY;
            case AV_PIX_FMT_YUV420P10LE:
            case AV_PIX_FMT_YUV422P10LE:
            case AV_PIX_FMT_YUV444P10LE:
            case AV_PIX_FMT_GRAY10LE:
                return TEN_BITS;
            case AV_PIX_FMT_YUV420P12LE:
            case AV_PIX_FMT_YUV422P12LE:
            case AV_PIX_FMT_GRAY12LE:
                return TWELVE_BITS;
            case AV_PIX_FMT_P010LE:
            case AV_PIX_FMT_GRAY16LE:
                return UPPER_BITS;
            case AV_PIX_FMT_RGB24:
            case AV_PIX_FMT_BGR24:
                return THREE_BYTES;
            case AV_PIX_FMT_RGBA:
            case AV_PIX_FMT_BGRA:
            case AV_PIX_FMT_RGB0:
            case AV_PIX_FMT_BGR0:
                return FOUR_BYTES;
            default:
                return PLANE;
        }
    }
}
