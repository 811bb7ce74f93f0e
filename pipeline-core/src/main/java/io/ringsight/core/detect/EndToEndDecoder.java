package io.ringsight.core.detect;

import java.nio.FloatBuffer;

/**
 * Decodes {@code [N,300,6]}: left, top, right, bottom, confidence, class, as YOLOv10 exports give it. The network has
 * chosen already: there is no NMS.
 *
 * <p>The layout does not tell the number of classes: an id beyond the labels is a detection all the same, and is called
 * {@code class-N}.
 *
 * <p>Rows come sorted from every export seen, but nothing guarantees it: they are sorted here too, at the cost of one
 * comparison a row where they are.
 */
final class EndToEndDecoder implements DetectionDecoder {
    private static final int VALUES = 6;

    private final int rows;
    private final Candidates candidates;

    EndToEndDecoder(int rows) {
        this.rows = rows;
        candidates = new Candidates(rows);
    }

    @Override
    public void decode(FloatBuffer output, int row, float threshold, Detections into) {
        into.clear();
        candidates.clear();
        int start = row * rows * VALUES;
        for (int i = 0; i < rows; i++) {
            int at = start + i * VALUES;
            float confidence = output.get(at + 4);
            // Written so that NaN is refused.
            if (confidence >= threshold) {
                float left = output.get(at);
                float top = output.get(at + 1);
                // Class ids are whole numbers; rounding takes away the error of half-precision exports.
                candidates.add(
                        confidence,
                        Math.round(output.get(at + 5)),
                        left,
                        top,
                        output.get(at + 2) - left,
                        output.get(at + 3) - top);
            }
        }
        candidates.sort();
        for (int i = 0; i < candidates.size(); i++) {
            candidates.copy(i, Integer.MAX_VALUE, into);
        }
    }
}
