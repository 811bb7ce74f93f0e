package io.ringsight.core.preprocess;

import io.ringsight.core.frame.ColorMatrix;
import io.ringsight.core.frame.ColorRange;

/**
 * What letterboxing should give, in plain double arithmetic and written without a look at swscale: each plane sampled
 * bilinearly at pixel centres (cv2's INTER_LINEAR), then the colour conversion of ITU-R BT.601, BT.709 and BT.2020.
 */
public final class ReferenceLetterbox {
    private ReferenceLetterbox() {}

    /** One plane of samples of {@code bits} bits each. */
    public record Plane(short[] samples, int width, int height, int bits) {
        /** A plane of 8 bits. */
        public static Plane of(byte[] samples, int width, int height) {
            short[] wide = new short[samples.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = (short) (samples[i] & 0xff);
            }
            return new Plane(wide, width, height, 8);
        }

        /** The value at a place given as fractions of the picture. */
        public double at(double u, double v) {
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
            return samples[y * width + x];
        }
    }

    /** Red, green and blue, 0..255, of YUV sampled at a place. */
    public static double[] rgb(
            Plane y, Plane u, Plane v, double atX, double atY, ColorMatrix matrix, ColorRange range) {
        boolean full = range == ColorRange.FULL;
        double steps = 1 << (y.bits - 8);
        double most = (1 << y.bits) - 1;
        double grey = 1 << (y.bits - 1);
        double luma = full ? y.at(atX, atY) * 255 / most : (y.at(atX, atY) / steps - 16) * 255 / 219;
        double blueness = (u.at(atX, atY) - grey) * 255 / (full ? most : 224 * steps);
        double redness = (v.at(atX, atY) - grey) * 255 / (full ? most : 224 * steps);
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
