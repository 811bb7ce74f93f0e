package io.ringsight.app.tools.demo;

import io.ringsight.client.Box;
import io.ringsight.client.Detection;
import io.ringsight.core.detect.Boxes;
import io.ringsight.sources.synthetic.DefectKind;
import io.ringsight.sources.synthetic.KnownObjects;
import io.ringsight.sources.synthetic.SyntheticTruth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Compares what was found on the synthetic board line with what is known to be there, frame by frame. A detection is
 * right if it overlaps a defect of its kind that no surer one has taken, with an IoU of 0.33 or more. A defect that the
 * picture's border cuts may be found or not; it counts for nothing. One thread.
 */
final class Scoreboard {
    /** The least overlap of a right detection. */
    static final float MIN_IOU = 0.33f;

    /** The least overlap with a cut defect of a detection that counts for nothing. */
    private static final float MIN_TOUCH = 0.05f;

    private static final DefectKind[] KINDS = DefectKind.values();

    /** What a frame's detections are worth. */
    enum Mark {
        /** It is there. */
        RIGHT,
        /** It is partly in the picture: not counted. */
        CUT,
        /** It is not there. */
        FALSE
    }

    /**
     * The score for one frame.
     *
     * @param marks one for each detection, in the message's order
     * @param missed kinds of the defects not found
     */
    record Score(List<Mark> marks, List<DefectKind> missed) {}

    private final SyntheticTruth truth;
    private final KnownObjects known = SyntheticTruth.room();
    private final boolean[] taken = new boolean[known.capacity()];
    private final long[] right = new long[KINDS.length];
    private final long[] missed = new long[KINDS.length];
    private final long[] wrong = new long[KINDS.length];
    private long otherFalse;

    Scoreboard(SyntheticTruth truth) {
        this.truth = truth;
    }

    /** The classes a model must know for the score to mean something. */
    static List<String> labels() {
        return java.util.Arrays.stream(KINDS).map(DefectKind::label).toList();
    }

    /** Compares and counts what was found in the frame of that time in the stream. */
    Score add(long ptsNs, List<Detection> objects) {
        truth.objectsAt(ptsNs, known);
        java.util.Arrays.fill(taken, false);
        List<Mark> marks = new ArrayList<>(java.util.Collections.nCopies(objects.size(), Mark.FALSE));
        List<Integer> surestFirst = new ArrayList<>();
        for (int i = 0; i < objects.size(); i++) {
            surestFirst.add(i);
        }
        surestFirst.sort(Comparator.comparingDouble(i -> -objects.get(i).confidence()));
        for (int index : surestFirst) {
            marks.set(index, judge(objects.get(index)));
        }
        return new Score(marks, countMissed());
    }

    private Mark judge(Detection found) {
        int kind = kind(found.label());
        int best = -1;
        double bestIou = 0;
        boolean touchesCut = false;
        for (int i = 0; i < known.size(); i++) {
            double iou = iou(found.box(), i);
            touchesCut |= iou >= MIN_TOUCH && !known.isWhole(i);
            if (iou >= MIN_IOU && iou > bestIou && known.classId(i) == kind && !taken[i]) {
                best = i;
                bestIou = iou;
            }
        }
        if (best >= 0) {
            taken[best] = true;
            if (known.isWhole(best)) {
                right[kind]++;
            }
            return known.isWhole(best) ? Mark.RIGHT : Mark.CUT;
        }
        if (touchesCut) {
            return Mark.CUT;
        }
        if (kind >= 0) {
            wrong[kind]++;
        } else {
            otherFalse++;
        }
        return Mark.FALSE;
    }

    private List<DefectKind> countMissed() {
        List<DefectKind> kinds = new ArrayList<>();
        for (int i = 0; i < known.size(); i++) {
            if (known.isWhole(i) && !taken[i]) {
                missed[known.classId(i)]++;
                kinds.add(KINDS[known.classId(i)]);
            }
        }
        return kinds;
    }

    private static int kind(String label) {
        for (DefectKind kind : KINDS) {
            if (kind.label().equals(label)) {
                return kind.ordinal();
            }
        }
        return -1;
    }

    private double iou(Box found, int index) {
        double width = known.width(index);
        double height = known.height(index);
        return Boxes.iou(
                Boxes.shared(found.left(), found.width(), known.left(index), width),
                Boxes.shared(found.top(), found.height(), known.top(index), height),
                found.width() * found.height(),
                width * height);
    }

    /** Defects found, over all frames. */
    long right(DefectKind kind) {
        return right[kind.ordinal()];
    }

    /** Defects wholly in the picture and not found. */
    long missed(DefectKind kind) {
        return missed[kind.ordinal()];
    }

    /** Detections of that kind where there is none. */
    long wrong(DefectKind kind) {
        return wrong[kind.ordinal()];
    }

    /** Detections of classes that are no defect kinds. */
    long otherFalse() {
        return otherFalse;
    }

    /** Harmonic mean of precision and recall over all kinds; NaN before there is anything to compare. */
    double fScore() {
        long hits = 0;
        long all = otherFalse;
        for (int i = 0; i < KINDS.length; i++) {
            hits += right[i];
            all += 2 * right[i] + missed[i] + wrong[i];
        }
        return all == 0 ? Double.NaN : 2.0 * hits / all;
    }
}
