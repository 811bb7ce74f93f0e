package io.ringsight.core.analyse.track;

/**
 * Kalman filters of one coordinate of many objects, each of a position and a constant velocity. Units are those of the
 * measurements and seconds.
 *
 * <p>Time goes in as seconds, so a step over lost frames is one longer step. Process noise is white noise acceleration:
 * Bar-Shalom, Li and Kirubarajan, "Estimation with Applications to Tracking and Navigation", 2001, section 6.2.2, with
 * F = [1 t; 0 1] and Q = q [t&sup3;/3 t&sup2;/2; t&sup2;/2 t]; only the position is measured, H = [1 0]. An object's four
 * coordinates have independent noise, as in SORT and ByteTrack, so four such filters are the filter of the whole state.
 */
final class Axis {
    private final double[] position;
    private final double[] velocity;
    /** The covariance: of the position, of both, of the velocity. */
    private final double[] varPosition;

    private final double[] covariance;
    private final double[] varVelocity;

    Axis(int capacity) {
        position = new double[capacity];
        velocity = new double[capacity];
        varPosition = new double[capacity];
        covariance = new double[capacity];
        varVelocity = new double[capacity];
    }

    /** An object is there for the first time, its velocity unknown but for its standard deviation. */
    void begin(int at, double measured, double sigma, double sigmaVelocity) {
        position[at] = measured;
        velocity[at] = 0;
        varPosition[at] = sigma * sigma;
        covariance[at] = 0;
        varVelocity[at] = sigmaVelocity * sigmaVelocity;
    }

    /**
     * Time passes: x = F x, P = F P F' + Q.
     *
     * @param noise q, the square of the velocity's change in a second
     */
    void predict(int at, double seconds, double noise) {
        position[at] += velocity[at] * seconds;
        varPosition[at] +=
                seconds * (2 * covariance[at] + seconds * varVelocity[at]) + noise * seconds * seconds * seconds / 3;
        covariance[at] += seconds * varVelocity[at] + noise * seconds * seconds / 2;
        varVelocity[at] += noise * seconds;
    }

    /** The object was measured: K = P H' / (H P H' + R), x = x + K (z - H x), P = (I - K H) P. */
    void update(int at, double measured, double sigma) {
        double innovation = varPosition[at] + sigma * sigma;
        double gainPosition = varPosition[at] / innovation;
        double gainVelocity = covariance[at] / innovation;
        double off = measured - position[at];
        position[at] += gainPosition * off;
        velocity[at] += gainVelocity * off;
        varVelocity[at] -= gainVelocity * covariance[at];
        covariance[at] *= 1 - gainPosition;
        varPosition[at] *= 1 - gainPosition;
    }

    /** From here on it does not move by itself. */
    void stop(int at) {
        velocity[at] = 0;
    }

    void move(int from, int to) {
        position[to] = position[from];
        velocity[to] = velocity[from];
        varPosition[to] = varPosition[from];
        covariance[to] = covariance[from];
        varVelocity[to] = varVelocity[from];
    }

    double position(int at) {
        return position[at];
    }

    double velocity(int at) {
        return velocity[at];
    }

    double varPosition(int at) {
        return varPosition[at];
    }

    double varVelocity(int at) {
        return varVelocity[at];
    }
}
