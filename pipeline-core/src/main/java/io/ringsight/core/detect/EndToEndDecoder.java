package io.ringsight.core.detect;

import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelOutput;
import java.nio.FloatBuffer;

/**
 * Decodes {@code [N,300,6]}: box, confidence, class, as YOLOv10 exports give it. The network has
 * chosen already: there is no NMS.
 *
 * <p>The layout does not tell the number of classes: an id beyond the labels says that the labels are another model's.
 *
 * <p>Rows come sorted from every export seen, but nothing guarantees it: they are sorted here too, at the cost of one
 * comparison a row where they are.
 */
final class EndToEndDecoder implements DetectionDecoder {
    private static final int VALUES = 6;

    private final int rows;
    private final Candidates candidates;

    EndToEndDecoder(ModelOutput output, ModelInput input, int classes) {
        rows = output.candidates();
        candidates = new Candidates(rows, output.boxes(), input, classes);
    }

    @Override
    public int capacity() {
        return Math.min(rows, Detections.MAX_CAPACITY);
    }

    @Override
    public void decode(FloatBuffer output, int row, float threshold, Detections into) {
        candidates.clear();
        int start = row * rows * VALUES;
        for (int i = 0; i < rows; i++) {
            int at = start + i * VALUES;
            float confidence = output.get(at + 4);
            // Written so that NaN is one, too. Too large a confidence is found when it is added.
            if (!(confidence >= ModelOutput.MIN_CONFIDENCE)) {
                throw OutputException.ofConfidence("a confidence", confidence);
            }
            if (confidence >= threshold) {
                candidates.addOfClass(
                        confidence,
                        output.get(at + 5),
                        output.get(at),
                        output.get(at + 1),
                        output.get(at + 2),
                        output.get(at + 3));
            }
        }
        candidates.sort();
        Nms.select(candidates, Nms.NONE, into);
    }
}
