package io.ringsight.core.frame;

/**
 * Pixel formats by FFmpeg's {@code AVPixelFormat} numbers, which are part of its ABI. A picture may carry any of
 * FFmpeg's numbers; those named here are the ones the code itself makes or tells apart.
 */
public final class PixelFormat {
    /** Planar 4:2:0, 8 bits. */
    public static final int YUV420P = 0;
    /** Packed 4:2:2, 8 bits: what most USB cameras give. */
    public static final int YUYV422 = 1;
    /** Packed 8:8:8 red first. */
    public static final int RGB24 = 2;
    /** Packed 8:8:8 blue first. */
    public static final int BGR24 = 3;
    /** Planar 4:2:2, 8 bits. */
    public static final int YUV422P = 4;
    /** Planar 4:4:4, 8 bits. */
    public static final int YUV444P = 5;
    /** One plane of 8-bit luma. */
    public static final int GRAY8 = 8;
    /** {@link #YUV420P} of full range. */
    public static final int YUVJ420P = 12;
    /** {@link #YUV422P} of full range: what MJPEG cameras give. */
    public static final int YUVJ422P = 13;
    /** {@link #YUV444P} of full range. */
    public static final int YUVJ444P = 14;
    /** Packed 4:2:2, 8 bits, chroma first. */
    public static final int UYVY422 = 15;
    /** Luma plane and interleaved chroma plane, 4:2:0. */
    public static final int NV12 = 23;
    /** {@link #NV12} with redness first. */
    public static final int NV21 = 24;
    /** Packed 8:8:8:8, red first, alpha last. */
    public static final int RGBA = 26;
    /** Packed 8:8:8:8, blue first, alpha last. */
    public static final int BGRA = 28;
    /** Planar 4:2:0, 10 bits in the low bits of 16. */
    public static final int YUV420P10 = 62;
    /** Planar green, blue and red, 8 bits. */
    public static final int GBRP = 71;
    /** {@link #RGBA} without alpha. */
    public static final int RGB0 = 119;
    /** {@link #BGRA} without alpha. */
    public static final int BGR0 = 121;
    /** {@link #NV12} of 10 bits in the high bits of 16: what NVDEC gives of 10-bit video. */
    public static final int P010 = 158;

    private PixelFormat() {}
}
