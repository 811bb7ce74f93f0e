package io.ringsight.core.detect;

import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelOutput;
import java.nio.FloatBuffer;

/**
 * Decodes {@code [N,4+C,A]}: for each of A anchors a box and C class scores. One-to-one
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

    RawDecoder(ModelOutput output, ModelInput input, float nmsIou) {
        anchors = output.candidates();
        classes = output.values() - 4;
        this.nmsIou = nmsIou;
        bestClassOnly = nmsIou < Nms.NONE;
        int capacity = bestClassOnly ? anchors : capacity();
        candidates = new Candidates(capacity, output.boxes(), input, classes);
        topScores = new TopScores(capacity);
    }

    @Override
    public int capacity() {
        return Detections.RAW_CAPACITY;
    }

    @Override
    public void decode(FloatBuffer output, int row, float threshold, Detections into) {
        candidates.clear();
        int start = row * (4 + classes) * anchors;
        if (bestClassOnly) {
            bestOfEachAnchor(output, start, threshold);
        } else {
            bestPairs(output, start, threshold, into);
        }
        candidates.sort();
        Nms.select(candidates, nmsIou, into);
    }

    private void bestOfEachAnchor(FloatBuffer output, int start, float threshold) {
        for (int anchor = 0; anchor < anchors; anchor++) {
            float best = ModelOutput.MIN_CONFIDENCE;
            int bestClass = -1;
            for (int c = 0; c < classes; c++) {
                float score = output.get(start + (4 + c) * anchors + anchor);
                if (score > best) {
                    best = score;
                    bestClass = c;
                } else if (!(score >= ModelOutput.MIN_CONFIDENCE)) {
                    throw OutputException.ofConfidence("a class score", score);
                }
            }
            if (best >= threshold) {
                add(output, start, anchor, bestClass, best);
            }
        }
    }

    private void bestPairs(FloatBuffer output, int start, float threshold, Detections into) {
        topScores.clear(threshold);
        for (int c = 0; c < classes; c++) {
            offer(output, start, c, into);
        }
        for (int i = 0; i < topScores.size(); i++) {
            int pair = topScores.index(i);
            add(output, start, pair % anchors, pair / anchors, topScores.score(i));
        }
        if (topScores.isCut()) {
            into.markCut();
        }
    }

    /** The scores of one class. Objects nobody wants must not take the room of others. */
    private void offer(FloatBuffer output, int start, int classId, Detections into) {
        boolean wanted = into.wants(classId);
        int scores = start + (4 + classId) * anchors;
        int unwanted = 0;
        for (int anchor = 0; anchor < anchors; anchor++) {
            float score = output.get(scores + anchor);
            if (wanted) {
                topScores.offer(score, classId * anchors + anchor);
            } else if (topScores.passes(score)) {
                unwanted++;
            }
        }
        into.countUnwanted(unwanted);
    }

    private void add(FloatBuffer output, int start, int anchor, int classId, float score) {
        candidates.add(
                score,
                classId,
                output.get(start + anchor),
                output.get(start + anchors + anchor),
                output.get(start + 2 * anchors + anchor),
                output.get(start + 3 * anchors + anchor));
    }
}
