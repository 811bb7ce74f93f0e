package io.ringsight.core.detect;

import io.ringsight.core.model.ModelOutput;
import java.nio.FloatBuffer;

/**
 * Decodes YOLOX's {@code [N,A,5+C]}: offsets in a grid cell, logarithms of the size in cells, objectness and C class
 * scores, for the grids of stride 8, 16 and 32 one after the other, each row by row; then NMS.
 *
 * <p>Centre = (offset + cell) × stride, size = exp(value) × stride, confidence = objectness × class score
 * (Megvii-BaseDetection/YOLOX, {@code yolox/utils/demo_utils.py}). A candidate is of its best class.
 */
final class YoloxDecoder implements DetectionDecoder {
    private static final int[] STRIDES = {8, 16, 32};

    private final int anchors;
    private final int values;
    private final float nmsIou;
    private final int[] cellX;
    private final int[] cellY;
    private final int[] stride;
    private final Candidates candidates;

    YoloxDecoder(ModelOutput output, int inputWidth, int inputHeight) {
        anchors = output.candidates();
        values = output.values();
        nmsIou = output.nmsIou();
        cellX = new int[anchors];
        cellY = new int[anchors];
        stride = new int[anchors];
        candidates = new Candidates(anchors);
        layGrids(inputWidth, inputHeight);
    }

    private void layGrids(int inputWidth, int inputHeight) {
        int anchor = 0;
        for (int step : STRIDES) {
            int columns = inputWidth / step;
            int cells = columns * (inputHeight / step);
            for (int cell = 0; cell < cells; cell++) {
                cellX[anchor] = cell % columns;
                cellY[anchor] = cell / columns;
                stride[anchor] = step;
                anchor++;
            }
        }
        if (anchor != anchors) {
            throw new IllegalArgumentException("grids have " + anchor + " cells, the output has " + anchors);
        }
    }

    @Override
    public void decode(FloatBuffer output, int row, float threshold, Detections into) {
        into.clear();
        candidates.clear();
        for (int anchor = 0; anchor < anchors; anchor++) {
            int at = (row * anchors + anchor) * values;
            float objectness = output.get(at + 4);
            // Class scores are at most 1, so an object below the threshold stays below it.
            if (objectness >= threshold) {
                classify(output, anchor, at, objectness, threshold);
            }
        }
        candidates.sort();
        Nms.select(candidates, values - 5, nmsIou, into);
    }

    private void classify(FloatBuffer output, int anchor, int at, float objectness, float threshold) {
        float best = Float.NEGATIVE_INFINITY;
        int bestClass = -1;
        for (int c = 0; c < values - 5; c++) {
            float score = output.get(at + 5 + c);
            if (score > best) {
                best = score;
                bestClass = c;
            }
        }
        if (objectness * best >= threshold) {
            int step = stride[anchor];
            float width = (float) Math.exp(output.get(at + 2)) * step;
            float height = (float) Math.exp(output.get(at + 3)) * step;
            float left = (output.get(at) + cellX[anchor]) * step - width / 2;
            float top = (output.get(at + 1) + cellY[anchor]) * step - height / 2;
            candidates.add(objectness * best, bestClass, left, top, width, height);
        }
    }
}
