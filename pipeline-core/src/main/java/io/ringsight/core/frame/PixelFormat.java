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
    /** One plane of 8-bit luma. */
    public static final int GRAY8 = 8;
    /** Luma plane and interleaved chroma plane, 4:2:0. */
    public static final int NV12 = 23;

    private PixelFormat() {}
}
