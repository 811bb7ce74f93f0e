package io.ringsight.core.analyse.world;

import io.ringsight.core.analyse.zone.Zone;
import java.util.List;
import java.util.Optional;

/**
 * The map from a picture to the flat ground that it shows: least squares over the points of a {@link Calibration}, each moved
 * and scaled before so that the equations are well conditioned (R. Hartley, A. Zisserman, "Multiple View Geometry in Computer
 * Vision", 2nd edition, 2004, sections 4.1 and 4.4.4). Immutable.
 */
public final class Homography {
    private static final int UNKNOWNS = 8;
    /** A pivot below says that the points leave something open. */
    private static final double MIN_PIVOT = 1e-7;

    private final double[] h;
    private final double residualM;
    private final double extentM;

    private Homography(double[] h, Calibration calibration) {
        this.h = h;
        double squares = 0;
        double extent = 0;
        Calibration.Metres first = calibration.points().get(0).ground();
        for (Calibration.Point point : calibration.points()) {
            double x = point.picture().x();
            double y = point.picture().y();
            squares += square(groundX(x, y) - point.ground().x())
                    + square(groundY(x, y) - point.ground().y());
            extent = Math.max(
                    extent,
                    Math.hypot(point.ground().x() - first.x(), point.ground().y() - first.y()));
        }
        residualM = Math.sqrt(squares / calibration.points().size());
        extentM = extent;
    }

    /** Empty if the points do not say where everything is. */
    public static Optional<Homography> of(Calibration calibration) {
        List<Calibration.Point> points = calibration.points();
        double[] picture = normal(points, true);
        double[] ground = normal(points, false);
        double[][] normal = new double[UNKNOWNS][UNKNOWNS + 1];
        for (Calibration.Point point : points) {
            double x = (point.picture().x() - picture[0]) * picture[2];
            double y = (point.picture().y() - picture[1]) * picture[2];
            double gx = (point.ground().x() - ground[0]) * ground[2];
            double gy = (point.ground().y() - ground[1]) * ground[2];
            add(normal, new double[] {x, y, 1, 0, 0, 0, -gx * x, -gx * y, gx});
            add(normal, new double[] {0, 0, 0, x, y, 1, -gy * x, -gy * y, gy});
        }
        double[] solved = solve(normal);
        if (solved == null) {
            return Optional.empty();
        }
        Homography map = new Homography(unscaled(solved, picture, ground), calibration);
        boolean inFront = points.stream()
                .allMatch(point ->
                        map.isGround(point.picture().x(), point.picture().y()));
        return inFront && Double.isFinite(map.residualM) ? Optional.of(map) : Optional.empty();
    }

    /** The middle of the points and what scales their mean distance from it to the root of 2. */
    private static double[] normal(List<Calibration.Point> points, boolean ofPicture) {
        double[] x = points.stream()
                .mapToDouble(p -> ofPicture ? p.picture().x() : p.ground().x())
                .toArray();
        double[] y = points.stream()
                .mapToDouble(p -> ofPicture ? p.picture().y() : p.ground().y())
                .toArray();
        double middleX = 0;
        double middleY = 0;
        for (int i = 0; i < x.length; i++) {
            middleX += x[i] / x.length;
            middleY += y[i] / x.length;
        }
        double mean = 0;
        for (int i = 0; i < x.length; i++) {
            mean += Math.hypot(x[i] - middleX, y[i] - middleY) / x.length;
        }
        return new double[] {middleX, middleY, mean > 0 ? Math.sqrt(2) / mean : 1};
    }

    private static void add(double[][] normal, double[] row) {
        for (int i = 0; i < UNKNOWNS; i++) {
            for (int j = 0; j <= UNKNOWNS; j++) {
                normal[i][j] += row[i] * row[j];
            }
        }
    }

    /** By Gauss's elimination with pivots; null if something is left open. */
    private static double[] solve(double[][] m) {
        for (int column = 0; column < UNKNOWNS; column++) {
            int pivot = column;
            for (int row = column + 1; row < UNKNOWNS; row++) {
                pivot = Math.abs(m[row][column]) > Math.abs(m[pivot][column]) ? row : pivot;
            }
            double[] swapped = m[column];
            m[column] = m[pivot];
            m[pivot] = swapped;
            if (!(Math.abs(m[column][column]) > MIN_PIVOT)) {
                return null;
            }
            for (int row = 0; row < UNKNOWNS; row++) {
                double factor = row == column ? 0 : m[row][column] / m[column][column];
                for (int j = column; factor != 0 && j <= UNKNOWNS; j++) {
                    m[row][j] -= factor * m[column][j];
                }
            }
        }
        double[] solved = new double[UNKNOWNS];
        for (int i = 0; i < UNKNOWNS; i++) {
            solved[i] = m[i][UNKNOWNS] / m[i][i];
        }
        return solved;
    }

    /** Undoes what {@link #normal} did: ground&#8315;&sup1; times the solution times picture. */
    private static double[] unscaled(double[] s, double[] picture, double[] ground) {
        double p = picture[2];
        double[][] rows = {
            {s[0] * p, s[1] * p, s[2] - p * (s[0] * picture[0] + s[1] * picture[1])},
            {s[3] * p, s[4] * p, s[5] - p * (s[3] * picture[0] + s[4] * picture[1])},
            {s[6] * p, s[7] * p, 1 - p * (s[6] * picture[0] + s[7] * picture[1])}
        };
        double[] h = new double[9];
        for (int j = 0; j < 3; j++) {
            h[j] = rows[0][j] / ground[2] + ground[0] * rows[2][j];
            h[3 + j] = rows[1][j] / ground[2] + ground[1] * rows[2][j];
            h[6 + j] = rows[2][j];
        }
        return h;
    }

    private double depth(double x, double y) {
        return h[6] * x + h[7] * y + h[8];
    }

    /** Whether the place in the picture shows ground: it is not above the horizon. */
    public boolean isGround(double x, double y) {
        return depth(x, y) > 0;
    }

    /** Where a place in the picture, in fractions, is on the ground: metres along the first direction. */
    public double groundX(double x, double y) {
        return (h[0] * x + h[1] * y + h[2]) / depth(x, y);
    }

    /** As {@link #groundX}, along the second direction. */
    public double groundY(double x, double y) {
        return (h[3] * x + h[4] * y + h[5]) / depth(x, y);
    }

    /**
     * Where a place on the ground is in the picture, in fractions, perhaps beyond its borders: the inverse of {@link #groundX} and
     * {@link #groundY}. Empty where it is behind the camera, or its horizon.
     */
    public Optional<Zone.Point> picture(Calibration.Metres ground) {
        double x = cofactor(0) * ground.x() + cofactor(3) * ground.y() + cofactor(6);
        double y = cofactor(1) * ground.x() + cofactor(4) * ground.y() + cofactor(7);
        double scale = cofactor(2) * ground.x() + cofactor(5) * ground.y() + cofactor(8);
        double determinant = h[0] * cofactor(0) + h[1] * cofactor(1) + h[2] * cofactor(2);
        return scale / determinant > MIN_PIVOT ? Optional.of(new Zone.Point(x / scale, y / scale)) : Optional.empty();
    }

    /** Of the map's element: the determinant of what its row and column leave. */
    private double cofactor(int element) {
        int row = element / 3;
        int column = element % 3;
        int above = (row + 1) % 3 * 3;
        int below = (row + 2) % 3 * 3;
        int left = (column + 1) % 3;
        int right = (column + 2) % 3;
        return h[above + left] * h[below + right] - h[above + right] * h[below + left];
    }

    /** How far {@link #groundX} is off, metres, where x and y are off by so many fractions. To first order. */
    public double sigmaX(double x, double y, double sigmaAcross, double sigmaDown) {
        double ground = groundX(x, y);
        double depth = depth(x, y);
        return Math.hypot((h[0] - ground * h[6]) / depth * sigmaAcross, (h[1] - ground * h[7]) / depth * sigmaDown);
    }

    /** As {@link #sigmaX}, of {@link #groundY}. */
    public double sigmaY(double x, double y, double sigmaAcross, double sigmaDown) {
        double ground = groundY(x, y);
        double depth = depth(x, y);
        return Math.hypot((h[3] - ground * h[6]) / depth * sigmaAcross, (h[4] - ground * h[7]) / depth * sigmaDown);
    }

    /** The root of the mean square of how far the calibration's points are from where they should be, metres. */
    public double residualM() {
        return residualM;
    }

    /** How far lengths may be off, as a part of them: the residual over how far the points are apart. */
    public double relativeError() {
        return residualM / extentM;
    }

    private static double square(double value) {
        return value * value;
    }
}
