package io.ringsight.sources.synthetic;

/**
 * How the synthetic road looks from its bridge: a pinhole camera 12 m above the road that looks level along it. What is Z away
 * and X to the right of it is f X / Z right of the picture's middle, and what is h under it f h / Z under the horizon. Pixels.
 * Immutable.
 */
final class RoadCamera {
    static final double HEIGHT_M = 12;

    private static final double FOCAL = 0.7;
    /** The picture's lower border shows the road 17.9 m away, whatever the shape. */
    private static final double ROAD = 0.47;

    private static final double MIN_SKY = 0.05;
    /** A sign that hangs in front of the second lane away, in picture widths from its middle and the horizon. */
    private static final double[] SIGN = {0.066, 0.145, 0.132, 0.171};

    private final double focal;
    private final double middle;
    private final double horizon;

    RoadCamera(int width, int height) {
        focal = FOCAL * width;
        middle = width / 2.0;
        horizon = Math.max(MIN_SKY * height, height - ROAD * width);
    }

    double x(double acrossM, double awayM) {
        return middle + focal * acrossM / awayM;
    }

    /** @param aboveM over the road */
    double y(double aboveM, double awayM) {
        return horizon + focal * (HEIGHT_M - aboveM) / awayM;
    }

    double horizon() {
        return horizon;
    }

    /** Sides of a sign before the road: 0 left, 1 top, 2 right, 3 bottom. */
    double sign(int side) {
        double width = 2 * middle;
        return side % 2 == 0 ? middle + SIGN[side] * width : horizon + SIGN[side] * width;
    }

    boolean isBehindSign(double x, double y) {
        return x > sign(0) && x < sign(2) && y > sign(1) && y < sign(3);
    }

    /** The box around a vehicle: 0 left, 1 top, 2 right, 3 bottom. */
    void box(RoadPaths paths, int vehicle, double[] into) {
        RoadClass kind = paths.kind(vehicle);
        double near = paths.awayM(vehicle);
        double far = near + kind.lengthM();
        double left = paths.acrossM(vehicle) - kind.widthM() / 2;
        double right = left + kind.widthM();
        into[0] = Math.min(x(left, near), x(left, far));
        into[1] = Math.min(y(kind.heightM(), near), y(kind.heightM(), far));
        into[2] = Math.max(x(right, near), x(right, far));
        into[3] = y(0, near);
    }
}
