package io.ringsight.sources.synthetic;

/** The car that stops on the shoulder: drives, brakes, stands, and drives on. Metres, seconds. */
final class StoppingCar {
    private static final double CRUISE_MS = 12;
    private static final double BRAKE_MS2 = 2.5;
    private static final double STOP_M = 40;
    private static final double STANDS_S = 15;

    private static final double BRAKES_AT_S = (STOP_M - CRUISE_MS * CRUISE_MS / (2 * BRAKE_MS2)) / CRUISE_MS;
    private static final double STOPS_AT_S = BRAKES_AT_S + CRUISE_MS / BRAKE_MS2;

    private double comeM = -1;
    private double speedMs;

    /** Finds where it is {@code sinceS} after it came; before, it is not there. */
    void at(double sinceS) {
        double goesS = sinceS - STOPS_AT_S - STANDS_S;
        double leftS = Math.max(0, STOPS_AT_S - sinceS);
        speedMs = goesS > 0 ? BRAKE_MS2 * goesS : Math.min(CRUISE_MS, BRAKE_MS2 * leftS);
        if (sinceS < 0) {
            comeM = -1;
        } else if (sinceS < BRAKES_AT_S) {
            comeM = CRUISE_MS * sinceS;
        } else if (goesS <= 0) {
            comeM = STOP_M - BRAKE_MS2 * leftS * leftS / 2;
        } else {
            comeM = STOP_M + BRAKE_MS2 * goesS * goesS / 2;
        }
    }

    boolean isThere() {
        return comeM >= 0;
    }

    /** How far it has come. */
    double comeM() {
        return comeM;
    }

    double speedMs() {
        return speedMs;
    }
}
