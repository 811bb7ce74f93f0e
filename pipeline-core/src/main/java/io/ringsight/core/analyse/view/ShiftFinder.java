package io.ringsight.core.analyse.view;

import java.util.Arrays;

/**
 * How far one part of two {@link EdgeField}s is shifted: the highest place of their correlation, and how sharp it is in each
 * direction. Along a straight edge nobody knows. Allocates nothing after it was made. One thread at a time.
 */
final class ShiftFinder {
    private final int width;
    private final int height;
    private final Fourier fourier;
    private final float[] window;
    private final float[] oneRe;
    private final float[] oneIm;
    private final float[] otherRe;
    private final float[] otherIm;
    /** The shift, in pixels. */
    double dx;

    double dy;
    /** How alike they are there: 1 the same, 0 nothing in common. */
    double likeness;
    /** How fast it falls off: second derivatives, made positive. */
    double sharpX;

    double sharpY;
    double sharpXy;

    ShiftFinder(int width, int height) {
        this.width = width;
        this.height = height;
        fourier = new Fourier(width, height);
        window = new float[width * height];
        for (int i = 0; i < window.length; i++) {
            window[i] = (float) (hann(i % width, width) * hann(i / width, height));
        }
        oneRe = new float[window.length];
        oneIm = new float[window.length];
        otherRe = new float[window.length];
        otherIm = new float[window.length];
    }

    private static double hann(int i, int length) {
        return Math.sin(Math.PI * (i + 0.5) / length);
    }

    /**
     * Compares the part that begins at a place of {@code one} with that of {@code other} so far beside it. At most a quarter of
     * the part's sides is found.
     */
    void find(EdgeField one, EdgeField other, int left, int top, int besideX, int besideY) {
        double energy = Math.sqrt(
                cut(one, left, top, oneRe, oneIm) * cut(other, left + besideX, top + besideY, otherRe, otherIm));
        likeness = 0;
        if (energy == 0) {
            return;
        }
        fourier.forward(oneRe, oneIm);
        fourier.forward(otherRe, otherIm);
        for (int i = 0; i < window.length; i++) {
            float re = oneRe[i] * otherRe[i] + oneIm[i] * otherIm[i];
            float im = oneRe[i] * otherIm[i] - oneIm[i] * otherRe[i];
            oneRe[i] = re;
            oneIm[i] = im;
        }
        fourier.inverse(oneRe, oneIm);
        peak(energy * window.length);
        dx += besideX;
        dy += besideY;
    }

    /** Returns its energy. */
    private double cut(EdgeField from, int left, int top, float[] re, float[] im) {
        Arrays.fill(re, 0);
        Arrays.fill(im, 0);
        double energy = 0;
        for (int y = Math.max(0, -top); y < Math.min(height, EdgeField.HEIGHT - top); y++) {
            for (int x = Math.max(0, -left); x < Math.min(width, EdgeField.WIDTH - left); x++) {
                int i = y * width + x;
                int at = (top + y) * EdgeField.WIDTH + left + x;
                re[i] = window[i] * from.re[at];
                im[i] = window[i] * from.im[at];
                energy += re[i] * re[i] + im[i] * im[i];
            }
        }
        return energy;
    }

    private void peak(double most) {
        int bestX = 0;
        int bestY = 0;
        for (int y = -height / 4; y <= height / 4; y++) {
            for (int x = -width / 4; x <= width / 4; x++) {
                if (at(x, y) > at(bestX, bestY)) {
                    bestX = x;
                    bestY = y;
                }
            }
        }
        float middle = at(bestX, bestY);
        double slopeX = (at(bestX + 1, bestY) - at(bestX - 1, bestY)) / 2;
        double slopeY = (at(bestX, bestY + 1) - at(bestX, bestY - 1)) / 2;
        sharpX = (2 * middle - at(bestX + 1, bestY) - at(bestX - 1, bestY)) / most;
        sharpY = (2 * middle - at(bestX, bestY + 1) - at(bestX, bestY - 1)) / most;
        sharpXy = -(at(bestX + 1, bestY + 1)
                        + at(bestX - 1, bestY - 1)
                        - at(bestX + 1, bestY - 1)
                        - at(bestX - 1, bestY + 1))
                / 4
                / most;
        likeness = middle / most;
        dx = bestX + (sharpX > 0 ? slopeX / most / sharpX : 0);
        dy = bestY + (sharpY > 0 ? slopeY / most / sharpY : 0);
    }

    private float at(int x, int y) {
        return oneRe[Math.floorMod(y, height) * width + Math.floorMod(x, width)];
    }
}
