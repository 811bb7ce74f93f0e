package io.ringsight.core.analyse.view;

/**
 * Fourier transforms of complex pictures whose sides are powers of two, in place: radix 2, rows then columns (J. Cooley,
 * J. Tukey, "An Algorithm for the Machine Calculation of Complex Fourier Series", 1965). Allocates nothing after it was made.
 * One thread at a time.
 */
final class Fourier {
    private final int width;
    private final int height;
    private final float[] cos;
    private final float[] sin;
    private final float[] lineRe;
    private final float[] lineIm;

    Fourier(int width, int height) {
        if (Integer.bitCount(width) != 1 || Integer.bitCount(height) != 1) {
            throw new IllegalArgumentException("sides must be powers of two: " + width + " x " + height);
        }
        this.width = width;
        this.height = height;
        int longest = Math.max(width, height);
        cos = new float[longest / 2];
        sin = new float[longest / 2];
        for (int i = 0; i < longest / 2; i++) {
            cos[i] = (float) Math.cos(2 * Math.PI * i / longest);
            sin[i] = (float) Math.sin(2 * Math.PI * i / longest);
        }
        lineRe = new float[longest];
        lineIm = new float[longest];
    }

    int size() {
        return width * height;
    }

    void forward(float[] re, float[] im) {
        transform(re, im, -1);
    }

    /** Without the division by the number of pixels. */
    void inverse(float[] re, float[] im) {
        transform(re, im, 1);
    }

    private void transform(float[] re, float[] im, int sign) {
        for (int row = 0; row < height; row++) {
            line(re, im, row * width, 1, width, sign);
        }
        for (int column = 0; column < width; column++) {
            line(re, im, column, width, height, sign);
        }
    }

    private void line(float[] re, float[] im, int from, int step, int length, int sign) {
        int bits = Integer.numberOfTrailingZeros(length);
        for (int i = 0; i < length; i++) {
            int to = Integer.reverse(i) >>> Integer.SIZE - bits;
            lineRe[to] = re[from + i * step];
            lineIm[to] = im[from + i * step];
        }
        for (int half = 1; half < length; half *= 2) {
            butterflies(length, half, sign);
        }
        for (int i = 0; i < length; i++) {
            re[from + i * step] = lineRe[i];
            im[from + i * step] = lineIm[i];
        }
    }

    private void butterflies(int length, int half, int sign) {
        int turn = cos.length / half;
        for (int begin = 0; begin < length; begin += 2 * half) {
            for (int i = 0; i < half; i++) {
                float c = cos[i * turn];
                float s = sign * sin[i * turn];
                int a = begin + i;
                int b = a + half;
                float re = lineRe[b] * c - lineIm[b] * s;
                float im = lineRe[b] * s + lineIm[b] * c;
                lineRe[b] = lineRe[a] - re;
                lineIm[b] = lineIm[a] - im;
                lineRe[a] += re;
                lineIm[a] += im;
            }
        }
    }
}
