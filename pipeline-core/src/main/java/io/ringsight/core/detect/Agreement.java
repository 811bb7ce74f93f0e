package io.ringsight.core.detect;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How far a candidate model finds what the model at work finds, counted by class. Two boxes are of one object if they are
 * of one class and overlap by at least {@value #SAME}; from the surest published object on each takes the free box that
 * overlaps it most.
 *
 * <p><b>Threads.</b> One compares, any read. Grows with the objects of a frame; allocates nothing beyond that.
 */
public final class Agreement {
    /** Overlap (IoU) from which two boxes are of one object: the usual measure of detectors (PASCAL VOC). */
    public static final float SAME = 0.5f;

    private static final int MATCHED = 0;
    private static final int MISSED = 1;
    private static final int EXTRA = 2;
    private static final int IOU = 3;
    private static final int KINDS = 4;
    /** In which overlaps are added up: a sum of floats would lose what is added last. */
    private static final double MILLIONTH = 1e-6;

    private final int classes;
    private final AtomicLongArray counts;
    private boolean[] taken = new boolean[Detections.DEFAULT_CAPACITY];

    /**
     * What was counted.
     *
     * @param matched objects that both found
     * @param missed objects that were published and the candidate did not find
     * @param extra objects that the candidate found and that were not published
     * @param iouSum overlap of the two boxes, over all that are matched
     */
    public record Counts(long matched, long missed, long extra, double iouSum) {
        /** Mean overlap of what is matched; NaN where nothing is. */
        public double meanIou() {
            return matched == 0 ? Double.NaN : iouSum / matched;
        }
    }

    /** @param classes how many there are; objects of others are counted as of the last */
    public Agreement(int classes) {
        this.classes = classes;
        counts = new AtomicLongArray(KINDS * classes);
    }

    /** Counts what two models say of one picture. */
    public void compare(Detections published, Detections candidate) {
        if (taken.length < candidate.size()) {
            taken = new boolean[candidate.capacity()];
        }
        Arrays.fill(taken, 0, candidate.size(), false);
        for (int i = 0; i < published.size(); i++) {
            match(published, i, candidate);
        }
        for (int j = 0; j < candidate.size(); j++) {
            if (!taken[j]) {
                count(EXTRA, candidate.classId(j), 1);
            }
        }
    }

    private void match(Detections published, int i, Detections candidate) {
        int best = -1;
        float bestIou = SAME;
        for (int j = 0; j < candidate.size(); j++) {
            if (taken[j] || candidate.classId(j) != published.classId(i)) {
                continue;
            }
            float iou = Boxes.iou(
                    published, i, 0, candidate.left(j), candidate.top(j), candidate.width(j), candidate.height(j));
            if (iou >= bestIou) {
                best = j;
                bestIou = iou;
            }
        }
        if (best < 0) {
            count(MISSED, published.classId(i), 1);
            return;
        }
        taken[best] = true;
        count(MATCHED, published.classId(i), 1);
        count(IOU, published.classId(i), Math.round(bestIou / MILLIONTH));
    }

    private void count(int kind, int classId, long n) {
        counts.getAndAdd(KINDS * Math.min(classId, classes - 1) + kind, n);
    }

    /** Of one class. */
    public Counts of(int classId) {
        int at = KINDS * classId;
        return new Counts(
                counts.get(at + MATCHED),
                counts.get(at + MISSED),
                counts.get(at + EXTRA),
                counts.get(at + IOU) * MILLIONTH);
    }

    /** Of all classes together. */
    public Counts total() {
        long[] sums = new long[KINDS];
        for (int i = 0; i < counts.length(); i++) {
            sums[i % KINDS] += counts.get(i);
        }
        return new Counts(sums[MATCHED], sums[MISSED], sums[EXTRA], sums[IOU] * MILLIONTH);
    }
}
