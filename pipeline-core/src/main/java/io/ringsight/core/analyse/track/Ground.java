package io.ringsight.core.analyse.track;

import io.ringsight.core.analyse.world.Homography;
import io.ringsight.core.detect.Detections;

/**
 * How fast the tracks of a source move over the ground: for each a Kalman filter of constant velocity in metres
 * ({@link Axis}), measured where the object touches the ground. A box's foot is taken to be measured to a twentieth of the
 * object's size, as its middle is, and what that is in metres depends on where in the picture it is. Made once; allocates
 * nothing; one thread at a time.
 */
public final class Ground {
    private static final double MEASURED = 0.05;
    /** Change of the velocity in a second, metres a second: what a driver does. */
    private static final double ACCELERATION = 1.0;
    /** How fast an object may be when it appears, metres a second. */
    private static final double FIRST_VELOCITY = 30;
    /** What is told is right to two standard deviations: 95 of 100. */
    private static final double SIGMAS = 2;
    /** Speeds that are less well known than this are not known, metres a second. */
    private static final double MAX_UNCERTAINTY = 20 / 3.6;

    private static final double KMH = 3.6;
    /** What ends so near to the picture's border is cut by it. */
    private static final double BORDER_PX = 2;

    private final Homography map;
    private final Axis x = new Axis(Tracker.MAX_TRACKS);
    private final Axis y = new Axis(Tracker.MAX_TRACKS);
    /** Whether the track was on the ground when it was found last. */
    private final boolean[] isKnown = new boolean[Tracker.MAX_TRACKS];

    private double width = 1;
    private double height = 1;

    public Ground(Homography map) {
        this.map = map;
    }

    /** The size of the pictures from now on, pixels. */
    public void picture(int pictureWidth, int pictureHeight) {
        width = pictureWidth;
        height = pictureHeight;
    }

    void begin(int at, Detections found, int object, double objectSize) {
        double across = Tracker.footX(found, object) / width;
        double down = Tracker.footY(found, object) / height;
        double sigma = MEASURED * objectSize;
        isKnown[at] = map.isGround(across, down) && !isCut(found, object, sigma);
        if (isKnown[at]) {
            x.begin(
                    at,
                    map.groundX(across, down),
                    map.sigmaX(across, down, sigma / width, sigma / height),
                    FIRST_VELOCITY);
            y.begin(
                    at,
                    map.groundY(across, down),
                    map.sigmaY(across, down, sigma / width, sigma / height),
                    FIRST_VELOCITY);
        }
    }

    void predict(int at, double seconds) {
        if (isKnown[at]) {
            x.predict(at, seconds, ACCELERATION * ACCELERATION);
            y.predict(at, seconds, ACCELERATION * ACCELERATION);
        }
    }

    /** Of an object that the picture's border cuts nobody knows where it touches the ground: only time passes then. */
    void update(int at, Detections found, int object, double objectSize) {
        double across = Tracker.footX(found, object) / width;
        double down = Tracker.footY(found, object) / height;
        double sigma = MEASURED * objectSize;
        if (!isKnown[at] || !map.isGround(across, down)) {
            begin(at, found, object, objectSize);
            return;
        }
        if (isCut(found, object, sigma)) {
            return;
        }
        x.update(at, map.groundX(across, down), map.sigmaX(across, down, sigma / width, sigma / height));
        y.update(at, map.groundY(across, down), map.sigmaY(across, down, sigma / width, sigma / height));
    }

    /** Whether the box ends at the picture's border: at its top, the ground is seen all the same. */
    private boolean isCut(Detections found, int object, double sigma) {
        double margin = Math.max(BORDER_PX, SIGMAS * sigma);
        return found.left(object) <= margin
                || found.left(object) + found.width(object) >= width - margin
                || found.top(object) + found.height(object) >= height - margin;
    }

    void move(int from, int to) {
        x.move(from, to);
        y.move(from, to);
        isKnown[to] = isKnown[from];
    }

    /** Where it is, metres along the first direction; NaN where it is not known. */
    double atX(int at) {
        return isKnown[at] ? x.position(at) : Double.NaN;
    }

    /** As {@link #atX}, along the second direction. */
    double atY(int at) {
        return isKnown[at] ? y.position(at) : Double.NaN;
    }

    /** Kilometres an hour. */
    float kmh(int at) {
        return (float) (KMH * Math.hypot(x.velocity(at), y.velocity(at)));
    }

    /** How far {@link #kmh} may be off in 95 of 100 cases; NaN where it is not known. */
    float uncertaintyKmh(int at) {
        if (!isKnown[at]) {
            return Float.NaN;
        }
        double speed = Math.hypot(x.velocity(at), y.velocity(at));
        double variance = speed > 0
                ? (square(x.velocity(at)) * x.varVelocity(at) + square(y.velocity(at)) * y.varVelocity(at))
                        / square(speed)
                : Math.max(x.varVelocity(at), y.varVelocity(at));
        double uncertainty = SIGMAS * Math.sqrt(variance + square(map.relativeError() * speed));
        return uncertainty <= MAX_UNCERTAINTY ? (float) (KMH * uncertainty) : Float.NaN;
    }

    private static double square(double value) {
        return value * value;
    }
}
