package io.ringsight.core.infer.cuda;

import io.ringsight.core.frame.Picture;
import org.bytedeco.javacpp.Pointer;

/**
 * How the planes of a host picture lie in one block of memory, to be copied to a device by one call; and the copying into
 * that block. Made once for a place where pictures are staged, planned again for each. Allocates nothing.
 *
 * <p>Used by one thread at a time.
 */
final class PackedPicture {
    /** Where planes begin: what the device reads at a time. */
    private static final int ALIGNMENT = 256;

    private final long[] offsets = new long[Picture.MAX_PLANES];
    private final int[] strides = new int[Picture.MAX_PLANES];
    private final Address from = new Address();
    private final Address to = new Address();
    private PictureLayout layout;
    private int planes;
    private long bytes;

    /** A pointer that can be turned to any address. */
    private static final class Address extends Pointer {
        Address() {
            super((Pointer) null);
        }

        Address at(long where) {
            address = where;
            return this;
        }
    }

    /**
     * Plans the block for {@code picture}. Lines keep their distance unless they are far apart or bottom up, so that a
     * plane is one copy.
     */
    void plan(Picture picture, PictureLayout layout) {
        this.layout = layout;
        planes = layout.planes();
        long end = 0;
        for (int i = 0; i < planes; i++) {
            int lineBytes = layout.lineBytes(i, picture.width());
            int stride = picture.planeStride(i);
            strides[i] = stride >= lineBytes && stride <= lineBytes + lineBytes / 4 + ALIGNMENT ? stride : lineBytes;
            offsets[i] = end;
            end += (long) strides[i] * (layout.planeLines(i, picture.height()) - 1) + lineBytes;
            end = (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
        bytes = end;
    }

    /** Bytes of the planned block. */
    long bytes() {
        return bytes;
    }

    /** Bytes from the start of the block to plane {@code index}. */
    long offset(int index) {
        return offsets[index];
    }

    /** Bytes from line to line of plane {@code index} in the block. */
    int stride(int index) {
        return strides[index];
    }

    /** Copies the planes of the picture that was planned for to a block of {@link #bytes()} bytes at {@code address}. */
    void copy(Picture picture, long address) {
        for (int i = 0; i < planes; i++) {
            int lines = layout.planeLines(i, picture.height());
            int lineBytes = layout.lineBytes(i, picture.width());
            long source = picture.planeAddress(i);
            long target = address + offsets[i];
            int stride = picture.planeStride(i);
            if (stride == strides[i]) {
                Pointer.memcpy(to.at(target), from.at(source), (long) stride * (lines - 1) + lineBytes);
                continue;
            }
            for (int y = 0; y < lines; y++) {
                Pointer.memcpy(to.at(target + (long) y * strides[i]), from.at(source + (long) y * stride), lineBytes);
            }
        }
    }
}
