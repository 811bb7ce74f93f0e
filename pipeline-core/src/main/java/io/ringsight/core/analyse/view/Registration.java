package io.ringsight.core.analyse.view;

import java.util.Arrays;

/**
 * Finds how the picture moved from one {@link EdgeField} to another: the shift of the whole, then of nine parts beside it, and
 * of these the {@link Motion} that fits them best, each counted in the directions in which it says something. Parts that
 * contradict the others (traffic) are left out. Allocates nothing after it was made. One thread at a time.
 */
final class Registration {
    private static final int PARTS = 3;
    private static final int PART_WIDTH = 128;
    private static final int PART_HEIGHT = 64;
    private static final double MIN_LIKENESS = 0.15;
    private static final double OUTLIER = 2;
    private static final int ROUNDS = 3;
    /** What keeps it from turning and zooming where nothing says that it did. */
    private static final double STIFFNESS = 1e-3;

    private static final int UNKNOWNS = 2 * Motion.UNKNOWNS;

    private final ShiftFinder whole = new ShiftFinder(256, 128);
    private final ShiftFinder part = new ShiftFinder(PART_WIDTH, PART_HEIGHT);
    private final double[][] found = new double[PARTS * PARTS][];
    private final double[][] equations = new double[UNKNOWNS][UNKNOWNS + 1];
    private final double[] row = new double[UNKNOWNS];
    private final Motion motion = new Motion();

    Registration() {
        Arrays.setAll(found, i -> new double[8]);
    }

    /** The motion from {@code one} to {@code other}; valid until the next call. */
    Motion of(EdgeField one, EdgeField other) {
        whole.find(one, other, 0, (EdgeField.HEIGHT - 128) / 2, 0, 0);
        int besideX = (int) Math.rint(whole.dx);
        int besideY = (int) Math.rint(whole.dy);
        for (int i = 0; i < found.length; i++) {
            int left = i % PARTS * (EdgeField.WIDTH - PART_WIDTH) / (PARTS - 1);
            int top = i / PARTS * (EdgeField.HEIGHT - PART_HEIGHT) / (PARTS - 1);
            part.find(one, other, left, top, besideX, besideY);
            double[] into = found[i];
            into[0] = left + PART_WIDTH / 2.0;
            into[1] = top + PART_HEIGHT / 2.0;
            into[2] = part.dx;
            into[3] = part.dy;
            into[4] = part.likeness < MIN_LIKENESS ? 0 : 1;
            into[5] = part.sharpX;
            into[6] = part.sharpY;
            into[7] = part.sharpXy;
        }
        motion.shift(whole.dx, whole.dy);
        for (int round = 0; round < ROUNDS; round++) {
            fit();
            dropOutliers();
        }
        return motion;
    }

    /** The most that any part which says something moved, in pixels. */
    double mostMoved() {
        double most = 0;
        for (double[] one : found) {
            if (one[4] > 0) {
                most = Math.max(most, Math.hypot(motion.dx(one[0], one[1]), motion.dy(one[0], one[1])));
            }
        }
        return most;
    }

    private void dropOutliers() {
        for (double[] one : found) {
            double offX = one[2] - motion.dx(one[0], one[1]);
            double offY = one[3] - motion.dy(one[0], one[1]);
            double off = one[5] * offX * offX + one[6] * offY * offY + 2 * one[7] * offX * offY;
            if (off > OUTLIER * OUTLIER * (one[5] + one[6]) / 2) {
                one[4] = 0;
            }
        }
    }

    private void fit() {
        for (double[] equation : equations) {
            Arrays.fill(equation, 0);
        }
        double weight = 0;
        for (double[] one : found) {
            if (one[4] > 0 && one[5] > 0 && one[6] > 0) {
                add(one, true);
                add(one, false);
                weight += one[5] + one[6];
            }
        }
        if (weight == 0) {
            return;
        }
        for (int i = 0; i < UNKNOWNS; i++) {
            boolean isShift = i % Motion.UNKNOWNS == 0;
            double stiff = STIFFNESS * weight * (isShift ? 1 : 1000);
            equations[i][i] += stiff;
            equations[i][UNKNOWNS] += i == 0 ? stiff * whole.dx : i == Motion.UNKNOWNS ? stiff * whole.dy : 0;
        }
        solve();
    }

    /** The derivative of how far it is off, by one direction's unknowns. */
    private void add(double[] one, boolean across) {
        double self = across ? one[5] : one[6];
        double cross = Math.abs(one[7]) < Math.sqrt(one[5] * one[6]) ? one[7] : 0;
        for (int i = 0; i < Motion.UNKNOWNS; i++) {
            double term = Motion.term(i, one[0], one[1]);
            row[i] = (across ? self : cross) * term;
            row[i + Motion.UNKNOWNS] = (across ? cross : self) * term;
        }
        double right = across ? self * one[2] + cross * one[3] : cross * one[2] + self * one[3];
        for (int i = 0; i < Motion.UNKNOWNS; i++) {
            double term = Motion.term(i, one[0], one[1]);
            double[] equation = equations[across ? i : i + Motion.UNKNOWNS];
            for (int j = 0; j < UNKNOWNS; j++) {
                equation[j] += term * row[j];
            }
            equation[UNKNOWNS] += term * right;
        }
    }

    /** By Gauss's elimination: the matrix is positive definite. */
    private void solve() {
        for (int column = 0; column < UNKNOWNS; column++) {
            for (int below = 0; below < UNKNOWNS; below++) {
                double factor = below == column ? 0 : equations[below][column] / equations[column][column];
                for (int j = column; factor != 0 && j <= UNKNOWNS; j++) {
                    equations[below][j] -= factor * equations[column][j];
                }
            }
        }
        for (int i = 0; i < Motion.UNKNOWNS; i++) {
            motion.across[i] = equations[i][UNKNOWNS] / equations[i][i];
            int j = i + Motion.UNKNOWNS;
            motion.down[i] = equations[j][UNKNOWNS] / equations[j][j];
        }
    }
}
