package io.ringsight.sources.decode;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.MemoryKind;
import io.ringsight.core.frame.Picture;
import io.ringsight.sources.libav.NativeObject;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.LongPointer;

/** A picture and the native frame that holds its pixels. Native memory is touched by the source's thread only. Allocates
 * nothing from frame to frame. */
final class PooledPicture {
    private final Picture picture = new Picture();
    private final AVFrame frame = av_frame_alloc();
    /** Plane addresses, a frame's first field; {@code AVFrame.data(i)} would make an object a call. */
    private final LongPointer framePlanes = new LongPointer(frame);

    private final CudaFrame cudaFrame = new CudaFrame(framePlanes);

    PooledPicture() {
        NativeObject.FRAME.made();
    }

    Picture picture() {
        return picture;
    }

    /** Where to decode into. */
    AVFrame frame() {
        return frame;
    }

    /** Takes size, layout and colours over from the frame just decoded into {@link #frame()}. */
    void describe() {
        boolean onGpu = frame.format() == AV_PIX_FMT_CUDA;
        int left = onGpu ? cudaFrame.hiddenColumns() : 0;
        int top = onGpu ? cudaFrame.hiddenLines() : 0;
        int width = frame.width() - left;
        int height = frame.height() - top;
        int format = onGpu ? cudaFrame.pixelFormat() : frame.format();
        picture.layout(width, height, format);
        picture.memory(onGpu ? MemoryKind.CUDA : MemoryKind.HOST);
        picture.color(
                PictureColors.matrix(frame.colorspace(), format, width, height),
                PictureColors.range(frame.color_range(), format));
        for (int i = 0; i < Picture.MAX_PLANES; i++) {
            long hidden = left == 0 && top == 0 ? 0 : cudaFrame.hiddenBytes(i, frame.linesize(i));
            picture.plane(i, framePlanes.get(i) + hidden, frame.linesize(i));
        }
    }

    /** Format of the pixels of the frame just decoded, which must be in a GPU's memory. */
    int pixelFormatOnGpu() {
        return cudaFrame.pixelFormat();
    }

    /** Lets go of the pixels. Only while nobody else holds the picture. */
    void dropPixels() {
        av_frame_unref(frame);
    }

    /** Frees the native frame. Only while nobody else holds the picture, and last. */
    void free() {
        framePlanes.setNull();
        av_frame_free(frame);
        NativeObject.FRAME.freed();
    }
}
