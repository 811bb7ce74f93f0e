package io.ringsight.core.analyse.view;

/**
 * How a picture moved: an affine map, which is what a camera that is turned, tilted or zoomed a little does to it. In pixels of
 * {@link EdgeField}.
 */
final class Motion {
    static final int UNKNOWNS = 3;
    private static final double MIDDLE_X = EdgeField.WIDTH / 2.0;
    private static final double MIDDLE_Y = EdgeField.HEIGHT / 2.0;
    /** Motion across, as that at the middle, and more of it a pixel to the right and down; then down in the same way. */
    final double[] across = new double[UNKNOWNS];

    final double[] down = new double[UNKNOWNS];

    /** Everything moved so far. */
    Motion shift(double dx, double dy) {
        across[0] = dx;
        down[0] = dy;
        for (int i = 1; i < UNKNOWNS; i++) {
            across[i] = 0;
            down[i] = 0;
        }
        return this;
    }

    Motion of(Motion other) {
        System.arraycopy(other.across, 0, across, 0, UNKNOWNS);
        System.arraycopy(other.down, 0, down, 0, UNKNOWNS);
        return this;
    }

    static double term(int unknown, double x, double y) {
        return unknown == 0 ? 1 : unknown == 1 ? x - MIDDLE_X : y - MIDDLE_Y;
    }

    double dx(double x, double y) {
        return across[0] + across[1] * (x - MIDDLE_X) + across[2] * (y - MIDDLE_Y);
    }

    double dy(double x, double y) {
        return down[0] + down[1] * (x - MIDDLE_X) + down[2] * (y - MIDDLE_Y);
    }
}
