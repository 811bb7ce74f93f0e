package io.ringsight.core.preprocess;

import io.ringsight.core.frame.ColorMatrix;
import io.ringsight.core.frame.ColorRange;

/**
 * What letterboxing should give, in plain double arithmetic and written without a look at swscale: each plane sampled
 * bilinearly at pixel centres (cv2's INTER_LINEAR), then the colour conversion of ITU-R BT.601, BT.709 and BT.2020.
 */
final class ReferenceLetterbox {
    private ReferenceLetterbox() {}

    /** One plane of samples. */
    record Plane(byte[] samples, int width, int height) {
        /** The value at a place given as fractions of the picture. */
        double at(double u, double v) {
            double x = Math.max(0, Math.min(width - 1.0, u * width - 0.5));
            double y = Math.max(0, Math.min(height - 1.0, v * height - 0.5));
            int x0 = (int) x;
            int y0 = (int) y;
            int x1 = Math.min(x0 + 1, width - 1);
            int y1 = Math.min(y0 + 1, height - 1);
            double upper = sample(x0, y0) * (1 - (x - x0)) + sample(x1, y0) * (x - x0);
            double lower = sample(x0, y1) * (1 - (x - x0)) + sample(x1, y1) * (x - x0);
            return upper * (1 - (y - y0)) + lower * (y - y0);
        }

        private int sample(int x, int y) {
            return samples[y * width + x] & 0xff;
        }
    }

    /** Red, green and blue, 0..255, of YUV sampled at a place. */
    static double[] rgb(Plane y, Plane u, Plane v, double atX, double atY, ColorMatrix matrix, ColorRange range) {
        boolean full = range == ColorRange.FULL;
        double luma = full ? y.at(atX, atY) : (y.at(atX, atY) - 16) * 255 / 219;
        double blueness = (u.at(atX, atY) - 128) * (full ? 1 : 255 / 224.0);
        double redness = (v.at(atX, atY) - 128) * (full ? 1 : 255 / 224.0);
        double kr = matrix == ColorMatrix.BT601 ? 0.299 : matrix == ColorMatrix.BT709 ? 0.2126 : 0.2627;
        double kb = matrix == ColorMatrix.BT601 ? 0.114 : matrix == ColorMatrix.BT709 ? 0.0722 : 0.0593;
        double red = luma + 2 * (1 - kr) * redness;
        double blue = luma + 2 * (1 - kb) * blueness;
        double green = (luma - kr * red - kb * blue) / (1 - kr - kb);
        return new double[] {cut(red), cut(green), cut(blue)};
    }

    private static double cut(double value) {
        return Math.max(0, Math.min(255, value));
    }
}
