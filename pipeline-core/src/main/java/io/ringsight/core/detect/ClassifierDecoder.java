package io.ringsight.core.detect;

import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelOutput.Head;
import java.nio.FloatBuffer;

/**
 * Decodes {@code [N,C]}: the most probable class of the whole picture, as one object as large as the input. Of equals the
 * first. Logits become probabilities by softmax, with the largest taken off before so that nothing overflows.
 */
final class ClassifierDecoder implements DetectionDecoder {
    /** Probabilities further from 1 together are something else. */
    private static final float SUM_TOLERANCE = 0.1f;

    private final int classes;
    private final boolean logits;
    private final float width;
    private final float height;

    ClassifierDecoder(ModelOutput output, ModelInput input) {
        classes = output.values();
        logits = output.head() == Head.CLASSIFIER_LOGITS;
        width = input.width();
        height = input.height();
    }

    @Override
    public int capacity() {
        return 1;
    }

    @Override
    public void decode(FloatBuffer output, int row, float threshold, Detections into) {
        int start = row * classes;
        int best = 0;
        for (int i = 0; i < classes; i++) {
            float value = output.get(start + i);
            if (!Float.isFinite(value)) {
                throw OutputException.notFinite("the score of a class", value);
            }
            best = value > output.get(start + best) ? i : best;
        }
        float highest = output.get(start + best);
        float confidence = logits ? softmax(output, start, highest) : probability(output, start, highest);
        if (confidence >= threshold && !into.add(0, 0, width, height, confidence, best)) {
            into.markCut();
        }
    }

    private float softmax(FloatBuffer output, int start, float highest) {
        double sum = 0;
        for (int i = 0; i < classes; i++) {
            sum += Math.exp(output.get(start + i) - highest);
        }
        return (float) (1 / sum);
    }

    private float probability(FloatBuffer output, int start, float highest) {
        double sum = 0;
        for (int i = 0; i < classes; i++) {
            sum += output.get(start + i);
        }
        if (highest > ModelOutput.MAX_CONFIDENCE || !(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
            throw OutputException.misread(
                    "probabilities of " + (float) sum + " together, expected 1: these may be logits");
        }
        return Math.min(1, highest);
    }
}
