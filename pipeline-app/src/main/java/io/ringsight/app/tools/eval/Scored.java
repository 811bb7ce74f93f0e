package io.ringsight.app.tools.eval;

import io.ringsight.core.detect.Boxes;
import io.ringsight.core.frame.FrameResult;

/**
 * What was found in one picture against what is in it: boxes of both as fractions of the picture. Parallel arrays,
 * highest confidence first.
 */
final class Scored {
    final GroundTruth truth;
    final int[] classIds;
    final float[] confidences;
    final float[] lefts;
    final float[] tops;
    final float[] widths;
    final float[] heights;

    /** Room for {@code count} detections, to be filled by the caller. */
    Scored(GroundTruth truth, int count) {
        this.truth = truth;
        classIds = new int[count];
        confidences = new float[count];
        lefts = new float[count];
        tops = new float[count];
        widths = new float[count];
        heights = new float[count];
    }

    static Scored of(FrameResult result, GroundTruth truth) {
        var found = result.detections();
        float width = result.picture().width();
        float height = result.picture().height();
        Scored scored = new Scored(truth, found.size());
        for (int i = 0; i < found.size(); i++) {
            scored.set(i, found.classId(i), found.confidence(i));
            scored.box(
                    i, found.left(i) / width, found.top(i) / height, found.width(i) / width, found.height(i) / height);
        }
        return scored;
    }

    void set(int index, int classId, float confidence) {
        classIds[index] = classId;
        confidences[index] = confidence;
    }

    void box(int index, float left, float top, float width, float height) {
        lefts[index] = left;
        tops[index] = top;
        widths[index] = width;
        heights[index] = height;
    }

    int size() {
        return classIds.length;
    }

    /**
     * For each detection whether it is right at an overlap: the best first, each takes the object of its class it
     * overlaps most of those not taken yet (as COCO matches).
     */
    boolean[] matches(double iou) {
        boolean[] right = new boolean[size()];
        boolean[] taken = new boolean[truth.size()];
        for (int i = 0; i < right.length; i++) {
            int best = -1;
            double most = iou;
            for (int t = 0; t < taken.length; t++) {
                double overlap = taken[t] || truth.classIds()[t] != classIds[i] ? -1 : overlap(i, t);
                if (overlap >= most) {
                    most = overlap;
                    best = t;
                }
            }
            if (best >= 0) {
                taken[best] = true;
                right[i] = true;
            }
        }
        return right;
    }

    private double overlap(int i, int t) {
        double width = truth.widths()[t];
        double height = truth.heights()[t];
        return Boxes.iou(
                Boxes.shared(lefts[i], widths[i], truth.lefts()[t], width),
                Boxes.shared(tops[i], heights[i], truth.tops()[t], height),
                (double) widths[i] * heights[i],
                width * height);
    }
}
