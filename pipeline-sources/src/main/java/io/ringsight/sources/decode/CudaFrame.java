package io.ringsight.sources.decode;

import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.memory.NativeMemory;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVHWFramesContext;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/** What only a frame in a GPU's memory has. Reads it without making an object a frame, as FFmpeg's accessors would. */
final class CudaFrame {
    private static final int FRAMES_REFERENCE = Loader.offsetof(AVFrame.class, "hw_frames_ctx") / Long.BYTES;
    private static final int DATA = Loader.offsetof(AVBufferRef.class, "data");

    private static final int CROP_TOP = Loader.offsetof(AVFrame.class, "crop_top") / Long.BYTES;
    private static final int CROP_LEFT = Loader.offsetof(AVFrame.class, "crop_left") / Long.BYTES;

    private final LongPointer frame;
    private final NativeMemory memory = new NativeMemory();
    private final Frames frames = new Frames();

    /** @param frame an {@code AVFrame} as words */
    CudaFrame(LongPointer frame) {
        this.frame = frame;
    }

    /** A context by its address: JavaCPP does not tell where its format is. */
    private static final class Frames extends AVHWFramesContext {
        Frames() {
            super((Pointer) null);
        }

        Frames at(long where) {
            address = where;
            return this;
        }
    }

    /** Format of the pixels in the GPU's memory. The frame must be one of these. */
    int pixelFormat() {
        return frames.at(memory.longAt(frame.get(FRAMES_REFERENCE) + DATA)).sw_format();
    }

    /** Columns at the left that are not to be seen: FFmpeg cuts pictures on a GPU at the right and below only. */
    int hiddenColumns() {
        return (int) frame.get(CROP_LEFT);
    }

    /** Lines at the top that are not to be seen. */
    int hiddenLines() {
        return (int) frame.get(CROP_TOP);
    }

    /** Where in a plane the first pixel to be seen is. */
    long hiddenBytes(int plane, int stride) {
        int format = pixelFormat();
        boolean halved = plane > 0 && format != PixelFormat.YUV444P;
        int lines = halved ? hiddenLines() / 2 : hiddenLines();
        // blueness and redness side by side: half as many pairs
        int samples = halved ? hiddenColumns() / 2 * 2 : hiddenColumns();
        return (long) lines * stride + samples * (format == PixelFormat.P010 ? 2 : 1);
    }
}
