package io.ringsight.core.analyse.view;

import java.util.Arrays;

/**
 * Where a small grey picture has edges, and which way each of them faces: of each pixel a complex number, of length 1 along
 * the gradient at an edge, else 0 (orientation correlation: A. Fitch, A. Kadyrov, W. Christmas, J. Kittler, BMVC 2002). It says
 * nothing of how bright the picture is, so that light and exposure change it little. Averaged over many pictures what moves
 * fades, and what stays keeps its length.
 */
final class EdgeField {
    /** Of all pictures: large enough for a hundredth of it to be seen, small enough to be compared in milliseconds. */
    static final int WIDTH = 256;

    static final int HEIGHT = 144;
    /** At most so many of a hundred pixels are edges: the steepest. */
    private static final int MAX_EDGES = 25;
    /** Grey levels a pixel below which a slope is noise. */
    private static final float MIN_SLOPE = 1;

    /** An edge that stayed: an average of many is at least that long. */
    private static final double MIN_SOLID = 0.4;

    private static final int STEEPEST = 1024;
    private static final float STEPS_A_LEVEL = 8;

    final float[] re = new float[WIDTH * HEIGHT];
    final float[] im = new float[WIDTH * HEIGHT];
    private final int[] slopes = new int[STEEPEST];

    /** Becomes that of a picture of {@value #WIDTH} x {@value #HEIGHT} grey levels. */
    void of(byte[] grey) {
        Arrays.fill(slopes, 0);
        for (int y = 1; y < HEIGHT - 1; y++) {
            for (int x = 1; x < WIDTH - 1; x++) {
                int i = y * WIDTH + x;
                re[i] = slope(grey, i, 1, WIDTH);
                im[i] = slope(grey, i, WIDTH, 1);
                slopes[step(i)]++;
            }
        }
        float least = leastSlope();
        for (int i = 0; i < re.length; i++) {
            double length = Math.hypot(re[i], im[i]);
            float scale = length >= least ? (float) (1 / length) : 0;
            re[i] *= scale;
            im[i] *= scale;
        }
    }

    /** Sobel's, grey levels a pixel. */
    private static float slope(byte[] grey, int at, int along, int across) {
        int sum = 0;
        for (int side = -1; side <= 1; side++) {
            int weight = 2 - Math.abs(side);
            int i = at + side * across;
            sum += weight * ((grey[i + along] & 0xff) - (grey[i - along] & 0xff));
        }
        return sum / 8f;
    }

    private int step(int i) {
        return (int) Math.min(STEEPEST - 1, STEPS_A_LEVEL * Math.hypot(re[i], im[i]));
    }

    private float leastSlope() {
        int left = WIDTH * HEIGHT * MAX_EDGES / 100;
        int step = STEEPEST - 1;
        while (step > STEPS_A_LEVEL * MIN_SLOPE && left - slopes[step] >= 0) {
            left -= slopes[step--];
        }
        return Math.max(MIN_SLOPE, (step + 1) / STEPS_A_LEVEL);
    }

    /** Goes a share of the way to {@code other}. */
    void mix(EdgeField other, float share) {
        for (int i = 0; i < re.length; i++) {
            re[i] += share * (other.re[i] - re[i]);
            im[i] += share * (other.im[i] - im[i]);
        }
    }

    /** Becomes what of {@code average} has stayed. */
    void solid(EdgeField average) {
        for (int i = 0; i < re.length; i++) {
            boolean stays = Math.hypot(average.re[i], average.im[i]) >= MIN_SOLID;
            re[i] = stays ? average.re[i] : 0;
            im[i] = stays ? average.im[i] : 0;
        }
    }

    /** How many pixels' worth of edges there are. */
    double strength() {
        double sum = 0;
        for (int i = 0; i < re.length; i++) {
            sum += re[i] * re[i] + im[i] * im[i];
        }
        return sum;
    }

    /**
     * How well {@code other} agrees with this where this has edges: 1 entirely, about 0 where they have nothing to do with each
     * other.
     *
     * @param motion what is at a place of this is there in {@code other}
     */
    double agreement(EdgeField other, Motion motion) {
        double sum = 0;
        double most = 0;
        for (int y = 1; y < HEIGHT - 1; y++) {
            for (int x = 1; x < WIDTH - 1; x++) {
                int i = y * WIDTH + x;
                double length = re[i] * re[i] + im[i] * im[i];
                if (length > 0) {
                    int j = nearest(x + motion.dx(x, y), y + motion.dy(x, y));
                    if (j >= 0) {
                        most += length;
                        sum += re[i] * other.re[j] + im[i] * other.im[j];
                    }
                }
            }
        }
        return most > 0 ? sum / most : 0;
    }

    /** -1 outside of the picture. */
    private static int nearest(double x, double y) {
        int column = (int) Math.rint(x);
        int row = (int) Math.rint(y);
        return column < 0 || row < 0 || column >= WIDTH || row >= HEIGHT ? -1 : row * WIDTH + column;
    }
}
