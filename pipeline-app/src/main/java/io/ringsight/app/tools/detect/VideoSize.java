package io.ringsight.app.tools.detect;

import static org.bytedeco.opencv.global.opencv_core.BORDER_CONSTANT;
import static org.bytedeco.opencv.global.opencv_core.copyMakeBorder;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * The size of a written video: that of its first picture, within what H.264 can be encoded and played in.
 *
 * @param width even
 * @param height even
 */
record VideoSize(int width, int height) {
    /** H.264 level 5.2: 36,864 macroblocks of 16 x 16 pixels. */
    private static final int BLOCK = 16;

    private static final long MAX_PIXELS = 36_864L * BLOCK * BLOCK;
    /** The same level: the square root of eight times as many blocks. */
    private static final int MAX_SIDE = 8_688;

    private static final int MIN_SIDE = 16;

    /** For videos that begin with this picture. */
    static VideoSize of(Mat picture) {
        int width = picture.cols();
        int height = picture.rows();
        if (blocks(width) * blocks(height) * BLOCK * BLOCK > MAX_PIXELS || Math.max(width, height) > MAX_SIDE) {
            double scale = Math.min(
                    Math.sqrt((double) MAX_PIXELS / ((long) width * height)),
                    (double) MAX_SIDE / Math.max(width, height));
            return new VideoSize(wholeBlocks(width * scale), wholeBlocks(height * scale));
        }
        return new VideoSize(Math.max(MIN_SIDE, width & ~1), Math.max(MIN_SIDE, height & ~1));
    }

    private static long blocks(int pixels) {
        return (pixels + BLOCK - 1L) / BLOCK;
    }

    private static int wholeBlocks(double pixels) {
        return Math.max(1, (int) (pixels / BLOCK)) * BLOCK;
    }

    /** Whether the picture has this size, but for an odd row or column that is left out. */
    boolean holds(Mat picture) {
        return (picture.cols() & ~1) == width && (picture.rows() & ~1) == height;
    }

    /** The picture scaled into this size, black around; the caller closes it. */
    Mat fitted(Mat picture) {
        double scale = Math.min((double) width / picture.cols(), (double) height / picture.rows());
        int columns = Math.max(1, (int) Math.min(width, Math.round(picture.cols() * scale)));
        int rows = Math.max(1, (int) Math.min(height, Math.round(picture.rows() * scale)));
        int left = (width - columns) / 2;
        int top = (height - rows) / 2;
        Mat framed = new Mat();
        try (Mat small = new Mat()) {
            resize(picture, small, new Size(columns, rows), 0, 0, INTER_AREA);
            copyMakeBorder(
                    small,
                    framed,
                    top,
                    height - rows - top,
                    left,
                    width - columns - left,
                    BORDER_CONSTANT,
                    Scalar.all(0));
        }
        return framed;
    }
}
