package io.ringsight.core.frame;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;

/** Pictures in native memory for tests: made at will, all freed together on {@link #close()}. */
public final class NativePictures implements AutoCloseable {
    private final List<BytePointer> planes = new ArrayList<>();

    /** One plane of 8-bit luma, full range, every pixel {@code level}; acquired once. */
    public Picture grey(int width, int height, int level) {
        byte[] pixels = new byte[width * height];
        java.util.Arrays.fill(pixels, (byte) level);
        return packed(width, height, PixelFormat.GRAY8, pixels);
    }

    /** A picture of one plane without padding between rows, full range; acquired once. */
    public Picture packed(int width, int height, int pixelFormat, byte[] pixels) {
        Picture picture = new Picture();
        picture.tryAcquire();
        picture.layout(width, height, pixelFormat);
        picture.color(ColorMatrix.BT601, ColorRange.FULL);
        plane(picture, 0, pixels, pixels.length / height);
        return picture;
    }

    /** Three planes of 4:2:0, tightly packed; width and height must be even; acquired once. */
    public Picture yuv420(int width, int height, byte[] y, byte[] u, byte[] v) {
        Picture picture = new Picture();
        picture.tryAcquire();
        picture.layout(width, height, PixelFormat.YUV420P);
        plane(picture, 0, y, width);
        plane(picture, 1, u, width / 2);
        plane(picture, 2, v, width / 2);
        return picture;
    }

    /** A picture of planes with lines {@code strides} bytes apart, of unset colours; acquired once. */
    public Picture planes(int width, int height, int pixelFormat, byte[][] planes, int[] strides) {
        Picture picture = new Picture();
        picture.tryAcquire();
        picture.layout(width, height, pixelFormat);
        for (int i = 0; i < planes.length; i++) {
            plane(picture, i, planes[i], strides[i]);
        }
        return picture;
    }

    private void plane(Picture picture, int index, byte[] pixels, int stride) {
        // Room behind the last pixel: FFmpeg's own pictures have it too, and its vector code reads it.
        BytePointer memory = new BytePointer(pixels.length + 64L);
        memory.put(pixels, 0, pixels.length);
        planes.add(memory);
        picture.plane(index, memory.address(), stride);
    }

    @Override
    public void close() {
        planes.forEach(BytePointer::close);
        planes.clear();
    }
}
