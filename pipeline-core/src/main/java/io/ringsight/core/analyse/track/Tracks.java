package io.ringsight.core.analyse.track;

import io.ringsight.core.detect.Detections;

/**
 * The tracks of one source: parallel arrays, those in use at the front. One that is removed is replaced by the last.
 *
 * <p>Coordinates are the box's centre, width and height in pixels. A box is measured to {@value #MEASURED} of the object's
 * size (the root of its area), as DeepSORT takes it (N. Wojke, A. Bewley, D. Paulus, 2017); its process noise, so many
 * pixels a frame at 30 frames a second, is put into seconds here.
 */
final class Tracks {
    private static final double MEASURED = 0.05;
    /** Change of the velocity in a second, in sizes a second. */
    private static final double POSITION_NOISE = 1.0;
    /** The same of width and height, which change more slowly. */
    private static final double SIZE_NOISE = 0.1;
    /** How fast an object may be when it appears, in sizes a second. */
    private static final double FIRST_VELOCITY = 2.0;

    private static final double MIN_SIDE = 1;

    private final Axis x;
    private final Axis y;
    private final Axis width;
    private final Axis height;
    private final Votes votes;
    private final double[] age;
    private final double[] unseen;
    private final int[] hits;
    private final long[] number;
    private final double[] stands;
    private final float[] anchorX;
    private final float[] anchorY;
    /** Null where nobody knows where on the ground objects are. */
    private final Ground ground;

    private int size;

    Tracks(int capacity, Ground ground) {
        this.ground = ground;
        x = new Axis(capacity);
        y = new Axis(capacity);
        width = new Axis(capacity);
        height = new Axis(capacity);
        votes = new Votes(capacity);
        age = new double[capacity];
        unseen = new double[capacity];
        hits = new int[capacity];
        number = new long[capacity];
        stands = new double[capacity];
        anchorX = new float[capacity];
        anchorY = new float[capacity];
    }

    int size() {
        return size;
    }

    int capacity() {
        return number.length;
    }

    void clear() {
        size = 0;
    }

    /** A tentative track of an object that was just found; its index. */
    int begin(Detections found, int index) {
        int at = size++;
        double objectSize = Math.sqrt(found.width(index) * found.height(index));
        double sigma = 2 * MEASURED * objectSize;
        x.begin(at, centre(found.left(index), found.width(index)), sigma, FIRST_VELOCITY * objectSize);
        y.begin(at, centre(found.top(index), found.height(index)), sigma, FIRST_VELOCITY * objectSize);
        width.begin(at, found.width(index), sigma, SIZE_NOISE * objectSize);
        height.begin(at, found.height(index), sigma, SIZE_NOISE * objectSize);
        votes.begin(at);
        votes.vote(at, found.classId(index), found.confidence(index), 0);
        age[at] = 0;
        unseen[at] = 0;
        hits[at] = 1;
        number[at] = Detections.NO_TRACK;
        anchor(at, Tracker.footX(found, index), Tracker.footY(found, index));
        if (ground != null) {
            ground.begin(at, found, index, objectSize);
        }
        return at;
    }

    private static double centre(double start, double extent) {
        return start + extent / 2;
    }

    /** Time passes. What is not in sight keeps its size: what it lost of it before may be that something hid it. */
    void predict(int at, double seconds) {
        double objectSize = objectSize(at);
        double positionNoise = square(POSITION_NOISE * objectSize);
        double sizeNoise = square(SIZE_NOISE * objectSize);
        if (unseen[at] > 0) {
            width.stop(at);
            height.stop(at);
        }
        x.predict(at, seconds, positionNoise);
        y.predict(at, seconds, positionNoise);
        width.predict(at, seconds, sizeNoise);
        height.predict(at, seconds, sizeNoise);
        if (ground != null) {
            ground.predict(at, seconds);
        }
        age[at] += seconds;
        unseen[at] += seconds;
        stands[at] += seconds;
    }

    /** Its object was found. */
    void update(int at, Detections found, int index) {
        double sigma = MEASURED * Math.sqrt(found.width(index) * found.height(index));
        x.update(at, centre(found.left(index), found.width(index)), sigma);
        y.update(at, centre(found.top(index), found.height(index)), sigma);
        width.update(at, found.width(index), sigma);
        height.update(at, found.height(index), sigma);
        if (ground != null) {
            ground.update(at, found, index, sigma / MEASURED);
        }
        votes.vote(at, found.classId(index), found.confidence(index), unseen[at]);
        unseen[at] = 0;
        hits[at]++;
    }

    void remove(int at) {
        int last = --size;
        if (at == last) {
            return;
        }
        x.move(last, at);
        y.move(last, at);
        width.move(last, at);
        height.move(last, at);
        votes.move(last, at);
        if (ground != null) {
            ground.move(last, at);
        }
        age[at] = age[last];
        unseen[at] = unseen[last];
        hits[at] = hits[last];
        number[at] = number[last];
        anchor(at, anchorX[last], anchorY[last]);
        stands[at] = stands[last];
    }

    void confirm(int at, long trackNumber) {
        number[at] = trackNumber;
    }

    /** Where it was when it was last said to have moved, or began. */
    void anchor(int at, float toX, float toY) {
        stands[at] = 0;
        anchorX[at] = toX;
        anchorY[at] = toY;
    }

    /** Seconds since it was last said to have moved, or began. */
    double stands(int at) {
        return stands[at];
    }

    float anchorX(int at) {
        return anchorX[at];
    }

    float anchorY(int at) {
        return anchorY[at];
    }

    boolean isConfirmed(int at) {
        return number[at] != Detections.NO_TRACK;
    }

    /** 0 while it is tentative. */
    long number(int at) {
        return number[at];
    }

    int classId(int at) {
        return votes.winner(at);
    }

    /** Seconds since it began. */
    double age(int at) {
        return age[at];
    }

    /** Seconds since its object was found last. */
    double unseen(int at) {
        return unseen[at];
    }

    int hits(int at) {
        return hits[at];
    }

    float left(int at) {
        return (float) (x.position(at) - width(at) / 2);
    }

    float top(int at) {
        return (float) (y.position(at) - height(at) / 2);
    }

    float width(int at) {
        return (float) Math.max(MIN_SIDE, width.position(at));
    }

    float height(int at) {
        return (float) Math.max(MIN_SIDE, height.position(at));
    }

    /** The root of the area. */
    double objectSize(int at) {
        return Math.sqrt((double) width(at) * height(at));
    }

    /** Standard deviation of where its centre is, in the direction in which less is known. */
    double sigma(int at) {
        return Math.sqrt(Math.max(x.varPosition(at), y.varPosition(at)));
    }

    private static double square(double value) {
        return value * value;
    }
}
