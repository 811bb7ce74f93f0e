package io.ringsight.sources.v4l2;

import static org.bytedeco.ffmpeg.global.avcodec.*;
import static org.bytedeco.ffmpeg.global.avutil.*;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a camera may give, by the kernel's four characters and by FFmpeg's names.
 *
 * @param fourcc the kernel's code ({@code V4L2_PIX_FMT_…})
 * @param pixelFormat FFmpeg's format of raw pictures; {@code AV_PIX_FMT_NONE} for compressed ones
 * @param codec FFmpeg's codec; {@code AV_CODEC_ID_RAWVIDEO} for raw pictures
 * @param tag what FFmpeg's decoder of raw pictures must know beside the format; 0 for nothing
 */
public record PixelLayout(int fourcc, int pixelFormat, int codec, int tag) {
    /**
     * Which are taken unless the user says, in this order: uncompressed before compressed, as FFmpeg has it. RGB555X and
     * RGB565X are left out: FFmpeg 8.1 mixes their bytes up when it makes other RGB of them.
     */
    private static final List<PixelLayout> ALL = List.of(
            raw("YU12", AV_PIX_FMT_YUV420P),
            new PixelLayout(code("YV12"), AV_PIX_FMT_YUV420P, AV_CODEC_ID_RAWVIDEO, code("YV12")),
            raw("422P", AV_PIX_FMT_YUV422P),
            raw("YUYV", AV_PIX_FMT_YUYV422),
            raw("UYVY", AV_PIX_FMT_UYVY422),
            raw("411P", AV_PIX_FMT_YUV411P),
            raw("YUV9", AV_PIX_FMT_YUV410P),
            new PixelLayout(code("YVU9"), AV_PIX_FMT_YUV410P, AV_CODEC_ID_RAWVIDEO, code("YVU9")),
            raw("RGBO", AV_PIX_FMT_RGB555LE),
            raw("RGBP", AV_PIX_FMT_RGB565LE),
            raw("BGR3", AV_PIX_FMT_BGR24),
            raw("RGB3", AV_PIX_FMT_RGB24),
            raw("XR24", AV_PIX_FMT_BGR0),
            raw("AR24", AV_PIX_FMT_BGRA),
            raw("BGR4", AV_PIX_FMT_BGR0),
            raw("BX24", AV_PIX_FMT_0RGB),
            raw("BA24", AV_PIX_FMT_ARGB),
            raw("RGB4", AV_PIX_FMT_0RGB),
            raw("GREY", AV_PIX_FMT_GRAY8),
            raw("Y16 ", AV_PIX_FMT_GRAY16LE),
            raw("NV12", AV_PIX_FMT_NV12),
            raw("NV21", AV_PIX_FMT_NV21),
            raw("YVYU", AV_PIX_FMT_YVYU422),
            compressed("MJPG", AV_CODEC_ID_MJPEG),
            compressed("JPEG", AV_CODEC_ID_MJPEG),
            compressed("H264", AV_CODEC_ID_H264),
            compressed("HEVC", AV_CODEC_ID_HEVC),
            compressed("MPG4", AV_CODEC_ID_MPEG4),
            raw("BA81", AV_PIX_FMT_BAYER_BGGR8),
            raw("GBRG", AV_PIX_FMT_BAYER_GBRG8),
            raw("GRBG", AV_PIX_FMT_BAYER_GRBG8),
            raw("RGGB", AV_PIX_FMT_BAYER_RGGB8));

    private static PixelLayout raw(String fourcc, int pixelFormat) {
        return new PixelLayout(code(fourcc), pixelFormat, AV_CODEC_ID_RAWVIDEO, 0);
    }

    private static PixelLayout compressed(String fourcc, int codec) {
        return new PixelLayout(code(fourcc), AV_PIX_FMT_NONE, codec, 0);
    }

    /**
     * What FFmpeg's name of a pixel format or codec stands for; everything for null.
     *
     * @return in the order in which to try them; empty for a name that no camera's pictures have
     */
    public static List<PixelLayout> named(String name) {
        return name == null
                ? ALL
                : ALL.stream()
                        .filter(layout ->
                                layout.name().equals(name) || layout.codecName().equals(name))
                        .toList();
    }

    /** All names there are, for people. */
    public static String names() {
        return ALL.stream().map(PixelLayout::name).distinct().collect(Collectors.joining(", "));
    }

    /** FFmpeg's name of the pixel format, or of the codec for compressed pictures. */
    public String name() {
        return isRaw() ? av_get_pix_fmt_name(pixelFormat).getString() : codecName();
    }

    private String codecName() {
        return avcodec_get_name(codec).getString();
    }

    /** Whether pictures come without compression. */
    public boolean isRaw() {
        return codec == AV_CODEC_ID_RAWVIDEO;
    }

    /** What the camera's format is called, for people. */
    static String nameOf(int fourcc) {
        return ALL.stream()
                .filter(layout -> layout.fourcc == fourcc)
                .map(PixelLayout::name)
                .findFirst()
                .orElseGet(() -> "'" + text(fourcc) + "'");
    }

    private static int code(String fourcc) {
        byte[] bytes = fourcc.getBytes(StandardCharsets.US_ASCII);
        return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | bytes[3] << 24;
    }

    /** Four characters, unless a driver has made something else of them. */
    private static String text(int fourcc) {
        StringBuilder text = new StringBuilder();
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            int character = fourcc >> shift & 0x7f;
            text.append(character < ' ' || character == 0x7f ? '?' : (char) character);
        }
        return text.toString().strip();
    }
}
