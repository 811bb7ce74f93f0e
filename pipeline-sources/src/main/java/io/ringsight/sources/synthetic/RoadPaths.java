package io.ringsight.sources.synthetic;

/**
 * Who drives where on the synthetic road: three lanes towards the camera at its left, three away from it at its right, and a
 * shoulder beside each. Every vehicle keeps its lane; its speed is its own and swings a little, and vehicles start far enough
 * behind each other that none reaches the one before. Once a minute a car stops on the right shoulder for
 * 15 seconds, and one drives the wrong way on the left.
 *
 * <p>A vehicle's way follows from the seed, its lane and its number: any time may be asked for, in any order. Metres, seconds.
 * Allocates nothing after it was made. One thread.
 */
final class RoadPaths {
    static final int LANES = 6;
    static final int MAX_VEHICLES = 64;
    /** Distances from the camera along the road between which there are vehicles. */
    static final double NEAR_M = 16;

    static final double FAR_M = 80;

    private static final int LEFT_SHOULDER = LANES;
    private static final int RIGHT_SHOULDER = LANES + 1;
    private static final double LANE_M = 3.5;
    private static final double HALF_MEDIAN_M = 1;
    /** A vehicle may start in a lane every so many seconds, later by some of it, and mostly does. */
    private static final double HEADWAY_S = 3.2;

    private static final float MAX_LATE_S = 0.8f;
    private static final float STARTS = 0.85f;
    private static final float TRUCKS = 0.12f;
    private static final float SLOWEST_MS = 13;
    private static final float FASTEST_MS = 14.6f;
    /** The swing of the speed: so many metres to and fro. */
    private static final float MAX_SWING_M = 0.6f;

    private static final double SWING_RAD_S = 0.9;
    private static final double MAX_WAY_S = 9;
    private static final int NUMBERS_BEFORE_0 = 16;

    private static final double INCIDENT_S = 60;
    private static final double STOP_AT_S = 20;
    private static final double WRONG_WAY_AT_S = 45;
    private static final double WRONG_WAY_MS = 10;

    private final long seed;
    private final Dice dice = new Dice();
    private final long[] id = new long[MAX_VEHICLES];
    private final int[] lane = new int[MAX_VEHICLES];
    private final RoadClass[] kind = new RoadClass[MAX_VEHICLES];
    private final double[] awayM = new double[MAX_VEHICLES];
    private final double[] speedMs = new double[MAX_VEHICLES];
    private final int[] shade = new int[MAX_VEHICLES];
    private final StoppingCar stopping = new StoppingCar();
    private int size;

    RoadPaths(long seed) {
        this.seed = seed;
    }

    /** Finds who is where {@code seconds} after the beginning, 0 or more; the farthest first. */
    void at(double seconds) {
        size = 0;
        for (int of = 0; of < LANES; of++) {
            long last = (long) Math.floor(seconds / HEADWAY_S);
            long first = (long) Math.floor((seconds - MAX_WAY_S) / HEADWAY_S) - 1;
            for (long number = first; number <= last; number++) {
                drive(of, number, seconds);
            }
        }
        incidents(seconds);
    }

    private void drive(int of, long number, double seconds) {
        dice.seed(seed, number * LANES + of);
        boolean starts = dice.chance(STARTS);
        double drivenS = seconds - number * HEADWAY_S - dice.between(0, MAX_LATE_S);
        RoadClass what = dice.chance(TRUCKS) ? RoadClass.TRUCK : RoadClass.CAR;
        double mean = dice.between(SLOWEST_MS, FASTEST_MS);
        double swingM = dice.between(0, MAX_SWING_M);
        double phase = dice.between(0, (float) (2 * Math.PI));
        int grey = dice.between(70, 225);
        if (!starts || drivenS < 0) {
            return;
        }
        double angle = SWING_RAD_S * drivenS + phase;
        double driven = mean * drivenS + swingM * (Math.sin(angle) - Math.sin(phase));
        double at = comes(of) ? FAR_M - driven : NEAR_M - what.lengthM() + driven;
        put(of, number, at, what, mean + swingM * SWING_RAD_S * Math.cos(angle), grey);
    }

    private void incidents(double seconds) {
        long minute = (long) Math.floor(seconds / INCIDENT_S);
        double length = RoadClass.CAR.lengthM();
        stopping.at(seconds - minute * INCIDENT_S - STOP_AT_S);
        if (stopping.isThere()) {
            put(RIGHT_SHOULDER, minute, NEAR_M - length + stopping.comeM(), RoadClass.CAR, stopping.speedMs(), 200);
        }
        double drivenS = seconds - minute * INCIDENT_S - WRONG_WAY_AT_S;
        if (drivenS >= 0) {
            put(LEFT_SHOULDER, minute, NEAR_M - length + WRONG_WAY_MS * drivenS, RoadClass.CAR, WRONG_WAY_MS, 120);
        }
    }

    /** Puts it where its turn is, if it is there. */
    private void put(int of, long number, double at, RoadClass what, double speed, int grey) {
        boolean isThere = at <= FAR_M && at + what.lengthM() >= NEAR_M;
        if (!isThere || size == MAX_VEHICLES) {
            return;
        }
        int place = size++;
        for (; place > 0 && awayM[place - 1] < at; place--) {
            id[place] = id[place - 1];
            lane[place] = lane[place - 1];
            kind[place] = kind[place - 1];
            awayM[place] = awayM[place - 1];
            speedMs[place] = speedMs[place - 1];
            shade[place] = shade[place - 1];
        }
        id[place] = (number + NUMBERS_BEFORE_0) * (LANES + 2) + of;
        lane[place] = of;
        kind[place] = what;
        awayM[place] = at;
        speedMs[place] = speed;
        shade[place] = grey;
    }

    /** Whether vehicles of the lane come towards the camera; they show their front. */
    static boolean comes(int lane) {
        return lane < LANES / 2;
    }

    int size() {
        return size;
    }

    /** Which vehicle: above 0, and no other's. */
    long id(int index) {
        return id[index];
    }

    /** From 0 at the left; {@link #LANES} and one more are the shoulders at the left and right. */
    int lane(int index) {
        return lane[index];
    }

    RoadClass kind(int index) {
        return kind[index];
    }

    /** Where the middle of the vehicle is across the road, to the right of the camera. */
    double acrossM(int index) {
        double side = HALF_MEDIAN_M + LANES / 2 * LANE_M + LANE_M / 2;
        if (lane[index] >= LANES) {
            return lane[index] == LEFT_SHOULDER ? -side : side;
        }
        double fromMiddle = (lane[index] - (LANES - 1) / 2.0) * LANE_M;
        return fromMiddle + Math.copySign(HALF_MEDIAN_M, fromMiddle);
    }

    /** How far the nearer end is from the camera, along the road. */
    double awayM(int index) {
        return awayM[index];
    }

    double speedMs(int index) {
        return speedMs[index];
    }

    /** Its paint: a grey. */
    int shade(int index) {
        return shade[index];
    }
}
