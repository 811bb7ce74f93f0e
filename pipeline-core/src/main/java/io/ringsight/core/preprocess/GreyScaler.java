package io.ringsight.core.preprocess;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_GRAY8;
import static org.bytedeco.ffmpeg.global.swscale.SWS_AREA;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;

import io.ringsight.core.frame.Picture;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Makes small grey copies of pictures, all of one size whatever theirs is. Not for the frame path. One thread at a time; holds
 * native memory until closed.
 */
public final class GreyScaler implements AutoCloseable {
    private final int width;
    private final int height;
    private final LongPointer planes = new LongPointer(Picture.MAX_PLANES);
    private final IntPointer strides = new IntPointer(Picture.MAX_PLANES);
    private final PointerPointer<LongPointer> source = new PointerPointer<>(planes);
    private final BytePointer pixels;
    private final PointerPointer<BytePointer> target;
    private final IntPointer targetStride;
    private Scaler scaler;

    /** @param width of the copies, a multiple of 64: swscale writes whole vectors */
    public GreyScaler(int width, int height) {
        this.width = width;
        this.height = height;
        pixels = new BytePointer((long) width * height);
        target = new PointerPointer<>(new BytePointer[] {pixels});
        targetStride = new IntPointer(new int[] {width});
    }

    /**
     * Fills {@code grey} with a picture in host memory.
     *
     * @throws PreprocessException if FFmpeg cannot convert it
     */
    public void scale(Picture picture, byte[] grey) {
        if (scaler == null || !scaler.fits(picture)) {
            free();
            scaler = new Scaler(
                    picture,
                    new Letterbox(picture.width(), picture.height(), 0, 0, width, height),
                    AV_PIX_FMT_GRAY8,
                    SWS_AREA);
        }
        for (int i = 0; i < Picture.MAX_PLANES; i++) {
            planes.put(i, picture.planeAddress(i));
            strides.put(i, picture.planeStride(i));
        }
        int rows = sws_scale(scaler.context, source, strides, 0, picture.height(), target, targetStride);
        if (rows != height) {
            // what is there is of the picture before, perhaps another camera's
            throw new PreprocessException("FFmpeg failed to convert a picture (code " + rows + ")");
        }
        pixels.get(grey);
    }

    private void free() {
        if (scaler != null) {
            scaler.close();
            scaler = null;
        }
    }

    /** Closing twice is allowed. */
    @Override
    public void close() {
        free();
        target.close();
        targetStride.close();
        pixels.close();
        source.close();
        planes.close();
        strides.close();
    }
}
