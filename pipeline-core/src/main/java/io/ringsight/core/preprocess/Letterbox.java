package io.ringsight.core.preprocess;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.Placement;

/**
 * Geometry of a picture scaled to fit the model's input with the aspect ratio of what it shows kept, the rest padded; and
 * its inverse. Models are trained on square pixels: where a picture's are not, its axes are scaled differently.
 *
 * @param sourceWidth source picture width in pixels
 * @param sourceHeight source picture height in pixels
 * @param pixelAspect width of a source pixel divided by its height
 * @param left first column of the scaled picture in the input
 * @param top first row of the scaled picture in the input
 * @param width width of the scaled picture in the input
 * @param height height of the scaled picture in the input
 */
public record Letterbox(
        int sourceWidth, int sourceHeight, double pixelAspect, int left, int top, int width, int height) {
    /** That of a picture of square pixels. */
    public Letterbox(int sourceWidth, int sourceHeight, int left, int top, int width, int height) {
        this(sourceWidth, sourceHeight, 1, left, top, width, height);
    }

    /** Fits a picture into a model's input. */
    public static Letterbox fit(Picture picture, ModelInput input) {
        return fit(
                picture.width(),
                picture.height(),
                picture.pixelAspect(),
                input.width(),
                input.height(),
                input.padding().placement());
    }

    /** Fits a picture into an input of {@code inputWidth} x {@code inputHeight}; rounds as Ultralytics does. */
    public static Letterbox fit(
            int sourceWidth,
            int sourceHeight,
            double pixelAspect,
            int inputWidth,
            int inputHeight,
            Placement placement) {
        double shownWidth = sourceWidth * pixelAspect;
        double scale = Math.min(inputWidth / shownWidth, (double) inputHeight / sourceHeight);
        int width = clamp((int) Math.rint(shownWidth * scale), inputWidth);
        int height = clamp((int) Math.rint(sourceHeight * scale), inputHeight);
        boolean centered = placement == Placement.CENTER;
        int left = centered ? (int) Math.rint((inputWidth - width) / 2.0 - 0.1) : 0;
        int top = centered ? (int) Math.rint((inputHeight - height) / 2.0 - 0.1) : 0;
        return new Letterbox(sourceWidth, sourceHeight, pixelAspect, left, top, width, height);
    }

    /** Whether it is that of pictures like {@code picture}. Allocates nothing. */
    public boolean suits(Picture picture) {
        return sourceWidth == picture.width()
                && sourceHeight == picture.height()
                && pixelAspect == picture.pixelAspect();
    }

    /** Whether a picture lies at the same place of the input. */
    boolean liesAs(Letterbox other) {
        return left == other.left && top == other.top && width == other.width && height == other.height;
    }

    private static int clamp(int size, int limit) {
        return Math.max(1, Math.min(size, limit));
    }

    /**
     * Takes boxes from input pixels back to source pixels, cut to the picture. Those that lie in the padding are removed
     * and counted as invalid. Allocates nothing.
     */
    public void toSource(Detections detections) {
        toSource(detections, 0, 0, 0);
    }

    /**
     * As above, of a part of a picture, to pixels of the whole.
     *
     * @param from the first detection of that part; those before it stay
     * @param partLeft column of the picture the part begins at
     * @param partTop line of the picture the part begins at
     */
    public void toSource(Detections detections, int from, int partLeft, int partTop) {
        float scaleX = (float) sourceWidth / width;
        float scaleY = (float) sourceHeight / height;
        for (int i = detections.size() - 1; i >= from; i--) {
            float x1 = cut((detections.left(i) - left) * scaleX, sourceWidth);
            float y1 = cut((detections.top(i) - top) * scaleY, sourceHeight);
            float x2 = cut((detections.left(i) + detections.width(i) - left) * scaleX, sourceWidth);
            float y2 = cut((detections.top(i) + detections.height(i) - top) * scaleY, sourceHeight);
            if (x2 > x1 && y2 > y1) {
                detections.box(i, partLeft + x1, partTop + y1, x2 - x1, y2 - y1);
            } else {
                detections.remove(i);
                detections.countInvalid(1);
            }
        }
    }

    private static float cut(float value, int limit) {
        return Math.max(0, Math.min(value, limit));
    }
}
