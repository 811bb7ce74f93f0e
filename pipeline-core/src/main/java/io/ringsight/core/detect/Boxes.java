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
        double sharedWidth = shared(found.left(index), found.width(index), left, width) + 2 * by;
        double sharedHeight = shared(found.top(index), found.height(index), top, height) + 2 * by;
        double mine = (found.width(index) + 2.0 * by) * (found.height(index) + 2.0 * by);
        return (float) iou(sharedWidth, sharedHeight, mine, (width + 2.0 * by) * (height + 2.0 * by));
    }

    /**
     * Intersection over union of two boxes, 0 to 1, from what they share ({@link #shared}, once for each direction) and
     * their areas.
     */
    public static double iou(double sharedWidth, double sharedHeight, double area, double otherArea) {
        if (sharedWidth <= 0 || sharedHeight <= 0) {
            return 0;
        }
        double intersection = sharedWidth * sharedHeight;
        return intersection / (area + otherArea - intersection);
    }

    /** Length of what two spans share; not positive where they share nothing. */
    public static double shared(double from, double length, double otherFrom, double otherLength) {
        return Math.min(from + length, otherFrom + otherLength) - Math.max(from, otherFrom);
    }
}
