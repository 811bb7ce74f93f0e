package io.ringsight.core.detect;

import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelOutput.Boxes;
import java.nio.FloatBuffer;

/**
 * Decodes YOLOX's {@code [N,A,5+C]}: offsets in a grid cell, logarithms of the size in cells, objectness and C class
 * scores, for the grids of stride 8, 16 and 32 one after the other, each row by row; then NMS.
 *
 * <p>Centre = (offset + cell) × stride, size = exp(value) × stride, confidence = objectness × class score
 * (Megvii-BaseDetection/YOLOX, {@code yolox/utils/demo_utils.py}). A candidate is of its best class. Files exported with
 * {@code --decode_in_inference} hold centres and sizes in pixels already.
 */
final class YoloxDecoder implements DetectionDecoder {
    private static final int[] STRIDES = {8, 16, 32};

    private final boolean grid;
    private final int anchors;
    private final int values;
    private final float nmsIou;
    private final int[] cellX;
    private final int[] cellY;
    private final int[] stride;
    private final Candidates candidates;

    YoloxDecoder(ModelOutput output, ModelInput input) {
        grid = output.boxes() == Boxes.GRID;
        anchors = output.candidates();
        values = output.values();
        nmsIou = output.nmsIou();
        cellX = new int[anchors];
        cellY = new int[anchors];
        stride = new int[anchors];
        candidates = new Candidates(anchors, grid ? Boxes.CXCYWH : output.boxes(), input, values - 5);
        if (grid) {
            layGrids(input.width(), input.height());
        }
    }

    @Override
    public int capacity() {
        return Detections.RAW_CAPACITY;
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
        candidates.clear();
        for (int anchor = 0; anchor < anchors; anchor++) {
            int at = (row * anchors + anchor) * values;
            float objectness = output.get(at + 4);
            if (!(objectness >= ModelOutput.MIN_CONFIDENCE && objectness <= ModelOutput.MAX_CONFIDENCE)) {
                throw OutputException.ofConfidence("an objectness", objectness);
            }
            // Class scores are at most 1, so an object below the threshold stays below it.
            if (objectness >= threshold) {
                classify(output, anchor, at, objectness, threshold);
            }
        }
        candidates.sort();
        Nms.select(candidates, nmsIou, into);
    }

    private void classify(FloatBuffer output, int anchor, int at, float objectness, float threshold) {
        float best = ModelOutput.MIN_CONFIDENCE;
        int bestClass = -1;
        for (int c = 0; c < values - 5; c++) {
            float score = output.get(at + 5 + c);
            if (score > best) {
                best = score;
                bestClass = c;
            } else if (!(score >= ModelOutput.MIN_CONFIDENCE)) {
                throw OutputException.ofConfidence("a class score", score);
            }
        }
        if (best > ModelOutput.MAX_CONFIDENCE) {
            throw OutputException.ofConfidence("a class score", best);
        }
        float confidence = objectness * best;
        if (confidence >= threshold) {
            add(output, anchor, at, confidence, bestClass);
        }
    }

    private void add(FloatBuffer output, int anchor, int at, float confidence, int classId) {
        float x = output.get(at);
        float y = output.get(at + 1);
        float width = output.get(at + 2);
        float height = output.get(at + 3);
        if (grid) {
            int step = stride[anchor];
            x = (x + cellX[anchor]) * step;
            y = (y + cellY[anchor]) * step;
            width = (float) Math.exp(width) * step;
            height = (float) Math.exp(height) * step;
        }
        candidates.add(confidence, classId, x, y, width, height);
    }
}
