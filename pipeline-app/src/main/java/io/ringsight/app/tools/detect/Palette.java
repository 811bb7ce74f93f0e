package io.ringsight.app.tools.detect;

import org.bytedeco.opencv.opencv_core.Scalar;

/** A colour for each class: bright, told apart easily, the same in every run. */
final class Palette {
    /** Red, green, blue; neighbours differ most. */
    private static final int[] COLOURS = {
        0x3B82F6, 0xF97316, 0x22C55E, 0xEC4899, 0xEAB308, 0x8B5CF6, 0x06B6D4, 0xEF4444, 0xA3E635, 0xB45309, 0xF9A8D4
    };
    /** How much of the colour is left in the seam beside a line. */
    private static final double SEAM = 0.35;

    /** Luma above which black letters read better than white ones. */
    private static final double BRIGHT = 150;

    private Palette() {}

    static Scalar of(int classId) {
        return scalar(COLOURS[Math.floorMod(classId, COLOURS.length)]);
    }

    /** The colour of letters on {@link #of}. */
    static Scalar textOn(int classId) {
        int rgb = COLOURS[Math.floorMod(classId, COLOURS.length)];
        double luma = 0.299 * (rgb >> 16) + 0.587 * (rgb >> 8 & 0xff) + 0.114 * (rgb & 0xff);
        return scalar(luma > BRIGHT ? 0x111827 : 0xFFFFFF);
    }

    /** The colour of the seam beside lines: dark, with a shade of the class. */
    static Scalar seamOf(int classId) {
        Scalar colour = of(classId);
        return new Scalar(colour.get(0) * SEAM, colour.get(1) * SEAM, colour.get(2) * SEAM, 0);
    }

    private static Scalar scalar(int rgb) {
        return new Scalar(rgb & 0xff, rgb >> 8 & 0xff, rgb >> 16, 0);
    }
}
