package io.ringsight.core.infer.cuda;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.memory.NativeMemory;
import io.ringsight.core.preprocess.Letterbox;
import org.bytedeco.javacpp.Pointer;

/**
 * How the planes of a host picture lie in one block of memory, to be copied to a device by one call; and the copying into
 * that block. A plane that is shrunk to less than half has only the lines there that the letterbox kernel reads: two for each
 * line of the box (of 1080 lines for an input of 640x640 that leaves out 22 % of the bytes, of 2160 lines 55 %). Made once
 * for a place where pictures are staged, planned again for each. Allocates nothing.
 *
 * <p>Used by one thread at a time.
 */
public final class PackedPicture {
    /** Where planes begin: what the device reads at a time. */
    private static final int ALIGNMENT = 256;

    private final long[] offsets = new long[Picture.MAX_PLANES];
    private final int[] strides = new int[Picture.MAX_PLANES];
    private final boolean[] paired = new boolean[Picture.MAX_PLANES];
    private final NativeMemory from = new NativeMemory();
    private final NativeMemory to = new NativeMemory();
    private PictureLayout layout;
    private Letterbox box;
    private int planes;
    private long bytes;

    /**
     * Plans the block for {@code picture}. Lines keep their distance unless they are far apart or bottom up, so that a
     * plane is one copy.
     *
     * @param box where it will lie in the input
     */
    public void plan(Picture picture, PictureLayout layout, Letterbox box) {
        this.layout = layout;
        this.box = box;
        planes = layout.planes();
        long end = 0;
        for (int i = 0; i < planes; i++) {
            int lineBytes = layout.lineBytes(i, picture.width());
            int stride = picture.planeStride(i);
            strides[i] = stride >= lineBytes && stride <= lineBytes + lineBytes / 4 + ALIGNMENT ? stride : lineBytes;
            offsets[i] = end;
            int lines = layout.planeLines(i, picture.height());
            paired[i] = 2 * box.height() < lines;
            end += (long) strides[i] * ((paired[i] ? 2 * box.height() : lines) - 1) + lineBytes;
            end = (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
        bytes = end;
    }

    /** Bytes of the planned block. */
    public long bytes() {
        return bytes;
    }

    /** Of the picture planned last. */
    PictureLayout layout() {
        return layout;
    }

    /** Where the picture planned last will lie in the input. */
    public Letterbox box() {
        return box;
    }

    /** Whether of plane {@code index} there are only the lines that are read. */
    boolean isPaired(int index) {
        return paired[index];
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
    public void copy(Picture picture, long address) {
        for (int i = 0; i < planes; i++) {
            if (paired[i]) {
                copyPairs(picture, i, address + offsets[i]);
            } else {
                copyPlane(picture, i, address + offsets[i]);
            }
        }
    }

    private void copyPlane(Picture picture, int i, long target) {
        int lines = layout.planeLines(i, picture.height());
        int lineBytes = layout.lineBytes(i, picture.width());
        long source = picture.planeAddress(i);
        int stride = picture.planeStride(i);
        if (stride == strides[i]) {
            Pointer.memcpy(to.at(target), from.at(source), (long) stride * (lines - 1) + lineBytes);
            return;
        }
        for (int y = 0; y < lines; y++) {
            Pointer.memcpy(to.at(target + (long) y * strides[i]), from.at(source + (long) y * stride), lineBytes);
        }
    }

    /** For each line of the box the two lines it lies between, as {@code letterbox.cu} finds them. */
    private void copyPairs(Picture picture, int plane, long target) {
        int lines = layout.planeLines(plane, picture.height());
        int lineBytes = layout.lineBytes(plane, picture.width());
        int stride = picture.planeStride(plane);
        for (int y = 0; y < box.height(); y++) {
            int upper = Math.max(0, (2 * y + 1) * lines - box.height()) / (2 * box.height());
            long source = picture.planeAddress(plane) + (long) upper * stride;
            long pair = target + 2L * y * strides[plane];
            if (upper + 1 < lines && stride == strides[plane]) {
                Pointer.memcpy(to.at(pair), from.at(source), (long) stride + lineBytes);
            } else {
                Pointer.memcpy(to.at(pair), from.at(source), lineBytes);
                long lower = upper + 1 < lines ? source + stride : source;
                Pointer.memcpy(to.at(pair + strides[plane]), from.at(lower), lineBytes);
            }
        }
    }
}
