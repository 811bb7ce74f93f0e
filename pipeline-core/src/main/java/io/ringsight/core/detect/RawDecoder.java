package io.ringsight.core.detect;

import io.ringsight.core.model.ModelOutput;
import java.nio.FloatBuffer;

/**
 * Decodes {@code [N,4+C,A]}: for each of A anchors centre x, centre y, width, height and C class scores. One-to-one
 * heads (YOLOv10 raw) are done with the best of them; one-to-many heads (YOLOv8 and the like) need NMS.
 *
 * <p>As in Ultralytics' one-to-one post-processing each pair of anchor and class is a candidate of its own; one-to-many
 * heads use each anchor's best class.
 */
final class RawDecoder implements DetectionDecoder {
    private final int anchors;
    private final int classes;
    private final float nmsIou;
    private final boolean bestClassOnly;
    private final Candidates candidates;
    private final TopScores topScores;

    RawDecoder(ModelOutput output, float nmsIou) {
        anchors = output.candidates();
        classes = output.values() - 4;
        this.nmsIou = nmsIou;
        bestClassOnly = nmsIou < Nms.NONE;
        candidates = new Candidates(bestClassOnly ? anchors : TopScores.CAPACITY);
        topScores = new TopScores();
    }

    @Override
    public void decode(FloatBuffer output, int row, float threshold, Detections into) {
        into.clear();
        candidates.clear();
        int start = row * (4 + classes) * anchors;
        if (bestClassOnly) {
            bestOfEachAnchor(output, start, threshold);
        } else {
            bestPairs(output, start, threshold);
        }
        candidates.sort();
        Nms.select(candidates, classes, nmsIou, into);
    }

    private void bestOfEachAnchor(FloatBuffer output, int start, float threshold) {
        for (int anchor = 0; anchor < anchors; anchor++) {
            float best = Float.NEGATIVE_INFINITY;
            int bestClass = -1;
            for (int c = 0; c < classes; c++) {
                float score = output.get(start + (4 + c) * anchors + anchor);
                if (score > best) {
                    best = score;
                    bestClass = c;
                }
            }
            if (best >= threshold) {
                add(output, start, anchor, bestClass, best);
            }
        }
    }

    private void bestPairs(FloatBuffer output, int start, float threshold) {
        topScores.clear(threshold);
        int pairs = classes * anchors;
        int scores = start + 4 * anchors;
        for (int pair = 0; pair < pairs; pair++) {
            topScores.offer(output.get(scores + pair), pair);
        }
        for (int i = 0; i < topScores.size(); i++) {
            int pair = topScores.index(i);
            add(output, start, pair % anchors, pair / anchors, topScores.score(i));
        }
    }

    private void add(FloatBuffer output, int start, int anchor, int classId, float score) {
        float width = output.get(start + 2 * anchors + anchor);
        float height = output.get(start + 3 * anchors + anchor);
        float left = output.get(start + anchor) - width / 2;
        float top = output.get(start + anchors + anchor) - height / 2;
        candidates.add(score, classId, left, top, width, height);
    }
}
