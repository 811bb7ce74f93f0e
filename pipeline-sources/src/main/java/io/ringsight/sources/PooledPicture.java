package io.ringsight.sources;

import static org.bytedeco.ffmpeg.global.avutil.*;

import io.ringsight.core.frame.Picture;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.LongPointer;

/** A picture and the native frame that holds its pixels. Native memory is touched by the source's thread only. */
final class PooledPicture {
    private final Picture picture = new Picture();
    private final AVFrame frame = av_frame_alloc();
    /** The frame's plane addresses, its first field; {@code AVFrame.data(i)} would make an object a call. */
    private final LongPointer planes = new LongPointer(frame);

    Picture picture() {
        return picture;
    }

    AVFrame frame() {
        return frame;
    }

    /** Takes size, layout and colours over from the frame just decoded into {@link #frame()}. Allocates nothing. */
    void describe() {
        int width = frame.width();
        int height = frame.height();
        int format = frame.format();
        picture.layout(width, height, format);
        picture.color(
                PictureColors.matrix(frame.colorspace(), format, width, height),
                PictureColors.range(frame.color_range(), format));
        for (int i = 0; i < Picture.MAX_PLANES; i++) {
            picture.plane(i, planes.get(i), frame.linesize(i));
        }
    }

    /** Lets go of the pixels. Only while nobody else holds the picture. */
    void dropPixels() {
        av_frame_unref(frame);
    }

    /** Frees the native frame. Only while nobody else holds the picture, and last. */
    void free() {
        planes.setNull();
        av_frame_free(frame);
    }
}
