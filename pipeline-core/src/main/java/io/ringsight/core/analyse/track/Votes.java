package io.ringsight.core.analyse.track;

/**
 * Which class each of many objects is, by vote over time: each time it is found its class gains the confidence, and what
 * was gained fades. Of each object the {@value #CLASSES} classes with the most are remembered.
 */
final class Votes {
    private static final int CLASSES = 4;
    /** Seconds in which a vote fades to 1/e. */
    private static final double FADES_S = 5;

    private final int[] classId;
    private final double[] votes;

    Votes(int capacity) {
        classId = new int[capacity * CLASSES];
        votes = new double[capacity * CLASSES];
    }

    void begin(int at) {
        for (int i = at * CLASSES; i < (at + 1) * CLASSES; i++) {
            classId[i] = -1;
            votes[i] = 0;
        }
    }

    /** Found as {@code found}, {@code seconds} after the last vote. */
    void vote(int at, int found, double confidence, double seconds) {
        double fading = Math.exp(-seconds / FADES_S);
        for (int i = at * CLASSES; i < (at + 1) * CLASSES; i++) {
            votes[i] *= fading;
        }
        int place = placeOf(at, found);
        if (classId[place] != found) {
            classId[place] = found;
            votes[place] = 0;
        }
        votes[place] += confidence;
    }

    /** Where the class is counted; if it is not yet, the place of the one with the fewest votes. */
    private int placeOf(int at, int found) {
        int least = at * CLASSES;
        for (int i = least; i < (at + 1) * CLASSES; i++) {
            if (classId[i] == found) {
                return i;
            }
            if (votes[i] < votes[least]) {
                least = i;
            }
        }
        return least;
    }

    /** The class with the most votes; of equal ones the one that came first. */
    int winner(int at) {
        int best = at * CLASSES;
        for (int i = best + 1; i < (at + 1) * CLASSES; i++) {
            if (votes[i] > votes[best]) {
                best = i;
            }
        }
        return classId[best];
    }

    void move(int from, int to) {
        System.arraycopy(classId, from * CLASSES, classId, to * CLASSES, CLASSES);
        System.arraycopy(votes, from * CLASSES, votes, to * CLASSES, CLASSES);
    }
}
