package io.ringsight.core.detect;

/** Geometry of boxes given as left, top, width and height, all in pixels. */
public final class Boxes {
    private Boxes() {}

    /** Intersection over union of two detections, 0 to 1; 0 where they do not overlap. */
    public static float iou(Detections found, int a, int b) {
        return iou(found, a, 0, found.left(b), found.top(b), found.width(b), found.height(b));
    }

    /** Intersection over union of detection {@code index} and a box, both grown by {@code by} on each side. */
    public static float iou(Detections found, int index, float by, float left, float top, float width, float height) {
        float sharedWidth = Math.min(found.left(index) + found.width(index), left + width)
                - Math.max(found.left(index), left)
                + 2 * by;
        float sharedHeight = Math.min(found.top(index) + found.height(index), top + height)
                - Math.max(found.top(index), top)
                + 2 * by;
        if (sharedWidth <= 0 || sharedHeight <= 0) {
            return 0;
        }
        float shared = sharedWidth * sharedHeight;
        float mine = (found.width(index) + 2 * by) * (found.height(index) + 2 * by);
        return shared / (mine + (width + 2 * by) * (height + 2 * by) - shared);
    }
}
