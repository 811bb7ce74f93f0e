package io.ringsight.sources;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.MemoryKind;
import io.ringsight.core.frame.Picture;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.LongPointer;

/** A picture and the native frame that holds its pixels. Native memory is touched by the source's thread only. Allocates
 * nothing from frame to frame. */
final class PooledPicture {
    private final Picture picture = new Picture();
    private final AVFrame frame = av_frame_alloc();
    private final AVFrame copy = av_frame_alloc();
    /** Plane addresses, a frame's first field; {@code AVFrame.data(i)} would make an object a call. */
    private final LongPointer framePlanes = new LongPointer(frame);

    private final LongPointer copyPlanes = new LongPointer(copy);
    private final CudaFrame cudaFrame = new CudaFrame(framePlanes);

    PooledPicture() {
        NativeObject.FRAME.made();
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
        describe(frame, framePlanes);
    }

    /** As {@link #describe()}, with the pixels copied out of memory that is not FFmpeg's to keep. */
    void describeCopied() {
        if (copy.width() != frame.width() || copy.height() != frame.height() || copy.format() != frame.format()) {
            av_frame_unref(copy);
            copy.width(frame.width()).height(frame.height()).format(frame.format());
            av_frame_get_buffer(copy, 0);
        }
        av_frame_copy(copy, frame);
        describe(copy, copyPlanes);
        av_frame_unref(frame);
    }

    private void describe(AVFrame pixels, LongPointer planes) {
        int width = frame.width();
        int height = frame.height();
        boolean onGpu = frame.format() == AV_PIX_FMT_CUDA;
        int format = onGpu ? cudaFrame.pixelFormat() : frame.format();
        picture.layout(width, height, format);
        picture.memory(onGpu ? MemoryKind.CUDA : MemoryKind.HOST);
        picture.color(
                PictureColors.matrix(frame.colorspace(), format, width, height),
                PictureColors.range(frame.color_range(), format));
        for (int i = 0; i < Picture.MAX_PLANES; i++) {
            picture.plane(i, planes.get(i), pixels.linesize(i));
        }
    }

    /** Lets go of the pixels. Only while nobody else holds the picture. */
    void dropPixels() {
        av_frame_unref(frame);
        av_frame_unref(copy);
    }

    /** Frees the native frames. Only while nobody else holds the picture, and last. */
    void free() {
        framePlanes.setNull();
        copyPlanes.setNull();
        av_frame_free(frame);
        av_frame_free(copy);
        NativeObject.FRAME.freed();
        NativeObject.FRAME.freed();
    }
}
