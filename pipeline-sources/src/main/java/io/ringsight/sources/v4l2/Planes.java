package io.ringsight.sources.v4l2;

import static org.bytedeco.ffmpeg.global.avutil.*;

/**
 * How raw pictures lie in a driver's buffers, which may pad lines, and in FFmpeg's packets, which have no padding. Copying
 * allocates nothing.
 */
final class Planes {
    private final int count;
    private final int[] lineBytes;
    private final int[] strides;
    private final int[] lines;
    private final boolean padded;
    private final int bytes;
    private final int bytesInBuffer;

    /** Of raw pictures. Lines of the planes after the first are padded in proportion: the interface says so. */
    Planes(PictureFormat format) {
        int pixelFormat = format.layout().pixelFormat();
        int shift = av_pix_fmt_desc_get(pixelFormat).log2_chroma_h();
        count = av_pix_fmt_count_planes(pixelFormat);
        lineBytes = new int[count];
        strides = new int[count];
        lines = new int[count];
        for (int i = 0; i < count; i++) {
            lineBytes[i] = av_image_get_linesize(pixelFormat, format.width(), i);
            lines[i] = i == 0 ? format.height() : -(-format.height() >> shift);
            strides[i] = Math.max(lineBytes[i], (int) ((long) format.bytesPerLine() * lineBytes[i] / lineBytes[0]));
        }
        bytes = total(lineBytes);
        if (total(strides) > format.imageBytes() && bytes <= format.imageBytes()) {
            // Some drivers give the bytes of all planes' lines together: such lines would not fit into a picture.
            System.arraycopy(lineBytes, 0, strides, 0, count);
        }
        padded = total(strides) != bytes;
        // The last line of all need not be padded.
        bytesInBuffer = total(strides) - (strides[count - 1] - lineBytes[count - 1]);
    }

    private int total(int[] ofLine) {
        int total = 0;
        for (int i = 0; i < count; i++) {
            total += ofLine[i] * lines[i];
        }
        return total;
    }

    /** Bytes of a picture without padding. */
    int bytes() {
        return bytes;
    }

    /** Bytes that a buffer must hold for a whole picture. */
    int bytesInBuffer() {
        return bytesInBuffer;
    }

    /** Copies a picture and leaves the padding out. */
    void copy(Kernel kernel, long target, long source) {
        if (!padded) {
            kernel.copy(target, source, bytes);
            return;
        }
        long from = source;
        long to = target;
        for (int i = 0; i < count; i++) {
            for (int line = 0; line < lines[i]; line++) {
                kernel.copy(to, from, lineBytes[i]);
                to += lineBytes[i];
                from += strides[i];
            }
        }
    }
}
