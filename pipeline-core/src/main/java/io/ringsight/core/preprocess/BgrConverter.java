package io.ringsight.core.preprocess;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_BGR24;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;

import io.ringsight.core.frame.MemoryKind;
import io.ringsight.core.frame.Picture;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Copies pictures as rows of blue, green and red bytes, for drawing and saving; size kept, colour matrix and range of
 * each picture honoured. Not for the frame path. One thread at a time; holds native memory until closed.
 */
public final class BgrConverter implements AutoCloseable {
    private static final int BYTES_A_PIXEL = 3;

    private final LongPointer sourcePlanes = new LongPointer(Picture.MAX_PLANES);
    private final LongPointer targetPlanes = new LongPointer(Picture.MAX_PLANES);
    private final IntPointer sourceStrides = new IntPointer(Picture.MAX_PLANES);
    private final IntPointer targetStrides = new IntPointer(Picture.MAX_PLANES);
    private final PointerPointer<LongPointer> sourceArray = new PointerPointer<>(sourcePlanes);
    private final PointerPointer<LongPointer> targetArray = new PointerPointer<>(targetPlanes);
    private Scaler scaler;

    /**
     * Converts a picture.
     *
     * @param target native address of the first pixel, at a multiple of 32
     * @param stride bytes from one row to the next, at least {@link #stride}: swscale writes whole vectors
     * @throws PreprocessException if FFmpeg cannot convert the picture
     */
    public void convert(Picture picture, long target, int stride) {
        if (picture.memory() != MemoryKind.HOST) {
            throw new PreprocessException("the picture is not in host memory");
        }
        if (scaler == null || !scaler.fits(picture)) {
            close();
            int width = picture.width();
            int height = picture.height();
            scaler = new Scaler(picture, new Letterbox(width, height, 0, 0, width, height), AV_PIX_FMT_BGR24);
        }
        for (int i = 0; i < Picture.MAX_PLANES; i++) {
            sourcePlanes.put(i, picture.planeAddress(i));
            sourceStrides.put(i, picture.planeStride(i));
            targetPlanes.put(i, i == 0 ? target : 0);
            targetStrides.put(i, i == 0 ? stride : 0);
        }
        sws_scale(scaler.context, sourceArray, sourceStrides, 0, picture.height(), targetArray, targetStrides);
    }

    /** The stride a target for pictures of this width needs. */
    public static int stride(int width) {
        return (width * BYTES_A_PIXEL + 127) / 64 * 64;
    }

    /** Frees what the last size and format of pictures needed. Closing twice, or going on after it, is allowed. */
    @Override
    public void close() {
        if (scaler != null) {
            scaler.close();
            scaler = null;
        }
    }
}
