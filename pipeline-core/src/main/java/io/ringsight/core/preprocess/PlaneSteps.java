package io.ringsight.core.preprocess;

import io.ringsight.core.frame.Picture;
import org.bytedeco.ffmpeg.avutil.AVComponentDescriptor;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;
import org.bytedeco.ffmpeg.global.avutil;

/**
 * How far a pixel is from the first one in each plane of a pixel format: what it takes to begin a picture elsewhere. From
 * FFmpeg's own descriptions, read once for all formats; asking allocates nothing.
 */
final class PlaneSteps {
    /** The unit of {@link #bytes}: whole samples of chroma in each format; vector code likes it, too. */
    static final int GRID = 8;

    private static final PlaneSteps[] KNOWN = new PlaneSteps[avutil.AV_PIX_FMT_NB];

    static {
        for (int format = 0; format < KNOWN.length; format++) {
            AVPixFmtDescriptor descriptor = avutil.av_pix_fmt_desc_get(format);
            KNOWN[format] = descriptor == null || descriptor.isNull() ? null : of(descriptor);
        }
    }

    /** Bits from pixel to pixel; 0 of a plane that is the same for each part of the picture, such as a palette. */
    private final int[] bits = new int[Picture.MAX_PLANES];

    private final int[] lineShift = new int[Picture.MAX_PLANES];

    private PlaneSteps() {}

    /** Null for formats that cannot be cut: hardware's, and those whose pixels are no whole bytes or unevenly spaced. */
    static PlaneSteps of(int pixelFormat) {
        return pixelFormat < 0 || pixelFormat >= KNOWN.length ? null : KNOWN[pixelFormat];
    }

    private static PlaneSteps of(AVPixFmtDescriptor descriptor) {
        long refused = avutil.AV_PIX_FMT_FLAG_HWACCEL | avutil.AV_PIX_FMT_FLAG_BITSTREAM;
        if ((descriptor.flags() & refused) != 0) {
            return null;
        }
        PlaneSteps steps = new PlaneSteps();
        for (int i = 0; i < descriptor.nb_components(); i++) {
            AVComponentDescriptor component = descriptor.comp(i);
            boolean chroma = i == 1 || i == 2;
            int step = component.step() * Byte.SIZE >> (chroma ? descriptor.log2_chroma_w() : 0);
            int plane = component.plane();
            if (steps.bits[plane] != 0 && steps.bits[plane] != step) {
                return null;
            }
            steps.bits[plane] = step;
            steps.lineShift[plane] = chroma ? descriptor.log2_chroma_h() : 0;
        }
        return steps;
    }

    /** Bytes from the first pixel of a plane to the one at ({@code left}, {@code top}), multiples of {@link #GRID}. */
    long bytes(int plane, int left, int top, int stride) {
        return bits[plane] == 0 ? 0 : (long) (top >> lineShift[plane]) * stride + (long) left * bits[plane] / Byte.SIZE;
    }
}
