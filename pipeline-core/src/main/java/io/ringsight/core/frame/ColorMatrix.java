package io.ringsight.core.frame;

/** How luma and chroma make red, green and blue (ITU-R BT.601, BT.709, BT.2020 non-constant luminance). */
public enum ColorMatrix {
    BT601(0.299, 0.114),
    BT709(0.2126, 0.0722),
    BT2020(0.2627, 0.0593);

    private final double red;
    private final double blue;

    ColorMatrix(double red, double blue) {
        this.red = red;
        this.blue = blue;
    }

    /** What red is worth in luma, Kr in those recommendations; green is worth what red and blue leave of 1. */
    public double red() {
        return red;
    }

    /** What blue is worth in luma, Kb in those recommendations. */
    public double blue() {
        return blue;
    }
}
