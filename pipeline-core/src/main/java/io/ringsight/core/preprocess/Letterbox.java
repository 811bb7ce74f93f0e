package io.ringsight.core.preprocess;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.model.ModelInput.Placement;

/**
 * Geometry of a picture scaled to fit the model's input with its aspect ratio kept, the rest padded; and its inverse.
 *
 * @param sourceWidth source picture width in pixels
 * @param sourceHeight source picture height in pixels
 * @param left first column of the scaled picture in the input
 * @param top first row of the scaled picture in the input
 * @param width width of the scaled picture in the input
 * @param height height of the scaled picture in the input
 */
public record Letterbox(int sourceWidth, int sourceHeight, int left, int top, int width, int height) {
    /** Fits a source picture into an input of {@code inputWidth} x {@code inputHeight}; rounds as Ultralytics does. */
    public static Letterbox fit(
            int sourceWidth, int sourceHeight, int inputWidth, int inputHeight, Placement placement) {
        double scale = Math.min((double) inputWidth / sourceWidth, (double) inputHeight / sourceHeight);
        int width = clamp((int) Math.rint(sourceWidth * scale), inputWidth);
        int height = clamp((int) Math.rint(sourceHeight * scale), inputHeight);
        boolean centered = placement == Placement.CENTER;
        int left = centered ? (int) Math.rint((inputWidth - width) / 2.0 - 0.1) : 0;
        int top = centered ? (int) Math.rint((inputHeight - height) / 2.0 - 0.1) : 0;
        return new Letterbox(sourceWidth, sourceHeight, left, top, width, height);
    }

    private static int clamp(int size, int limit) {
        return Math.max(1, Math.min(size, limit));
    }

    /** Takes boxes from input pixels back to source pixels, cut to the picture. Allocates nothing. */
    public void toSource(Detections detections) {
        float scaleX = (float) sourceWidth / width;
        float scaleY = (float) sourceHeight / height;
        for (int i = 0; i < detections.size(); i++) {
            float x1 = cut((detections.left(i) - left) * scaleX, sourceWidth);
            float y1 = cut((detections.top(i) - top) * scaleY, sourceHeight);
            float x2 = cut((detections.left(i) + detections.width(i) - left) * scaleX, sourceWidth);
            float y2 = cut((detections.top(i) + detections.height(i) - top) * scaleY, sourceHeight);
            detections.box(i, x1, y1, x2 - x1, y2 - y1);
        }
    }

    private static float cut(float value, int limit) {
        return Math.max(0, Math.min(value, limit));
    }
}
