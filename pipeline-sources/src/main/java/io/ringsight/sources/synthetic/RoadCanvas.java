package io.ringsight.sources.synthetic;

import java.util.Arrays;

/** A grey picture that rectangles, four-cornered shapes and dots are drawn on; what lies outside is cut off. One thread; drawing allocates
 * nothing. */
final class RoadCanvas {
    private static final int CORNERS = 4;

    private final int width;
    private final int height;
    private final byte[] pixels;
    private final double[] x = new double[CORNERS];
    private final double[] y = new double[CORNERS];

    RoadCanvas(int width, int height) {
        this.width = width;
        this.height = height;
        pixels = new byte[width * height];
    }

    /** Row by row without padding. */
    byte[] pixels() {
        return pixels;
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    void copyFrom(RoadCanvas other) {
        System.arraycopy(other.pixels, 0, pixels, 0, pixels.length);
    }

    void rectangle(double left, double top, double right, double bottom, int grey) {
        int from = clip(left, width);
        int to = clip(right, width);
        int end = clip(bottom, height);
        for (int row = clip(top, height); row < end; row++) {
            Arrays.fill(pixels, row * width + from, row * width + Math.max(from, to), (byte) grey);
        }
    }

    /** Says where corner {@code index}, 0 to 3, of the next {@link #shape} is. */
    RoadCanvas corner(int index, double atX, double atY) {
        x[index] = atX;
        y[index] = atY;
        return this;
    }

    /** Fills the shape between the four corners, which bulges nowhere inwards. */
    void shape(int grey) {
        int from = clip(Math.min(Math.min(y[0], y[1]), Math.min(y[2], y[3])), height);
        int to = clip(Math.max(Math.max(y[0], y[1]), Math.max(y[2], y[3])), height);
        for (int row = from; row < to; row++) {
            double left = width;
            double right = 0;
            for (int i = 0; i < CORNERS; i++) {
                int next = (i + 1) % CORNERS;
                double middle = row + 0.5;
                if (y[i] > middle != y[next] > middle) {
                    double at = x[i] + (middle - y[i]) * (x[next] - x[i]) / (y[next] - y[i]);
                    left = Math.min(left, at);
                    right = Math.max(right, at);
                }
            }
            int begin = clip(left, width);
            int end = clip(right, width);
            if (begin < end) {
                Arrays.fill(pixels, row * width + begin, row * width + end, (byte) grey);
            }
        }
    }

    /** Makes a round spot lighter, the more the nearer to its middle. */
    void glow(double centreX, double centreY, double radius, int most) {
        int endRow = clip(centreY + radius, height);
        int endColumn = clip(centreX + radius, width);
        for (int row = clip(centreY - radius, height); row < endRow; row++) {
            for (int column = clip(centreX - radius, width); column < endColumn; column++) {
                double distance = Math.hypot(column + 0.5 - centreX, row + 0.5 - centreY) / radius;
                if (distance < 1) {
                    int grey = (pixels[row * width + column] & 0xFF) + (int) (most * (1 - distance));
                    pixels[row * width + column] = (byte) Math.min(235, grey);
                }
            }
        }
    }

    private static int clip(double value, int limit) {
        return (int) Math.max(0, Math.min(limit, Math.round(value)));
    }
}
