package io.ringsight.core.detect;

/** Greedy non-maximum suppression within each class, for the heads that need it. */
final class Nms {
    /** An overlap no two boxes exceed: nothing is suppressed. */
    static final float NONE = 1f;

    private Nms() {}

    /**
     * Adds the best candidates, leaving out each that overlaps a better one of its class by more than {@code iou}.
     * When {@code into} is full the rest is cut, and marked as such.
     *
     * @param candidates sorted
     */
    static void select(Candidates candidates, float iou, Detections into) {
        int first = into.size();
        into.countInvalid(candidates.invalid());
        for (int rank = 0; rank < candidates.size(); rank++) {
            int before = into.size();
            if (!candidates.copy(rank, into)) {
                into.markCut();
                return;
            }
            if (iou < NONE && into.size() > before && overlapsBetter(into, first, before, iou)) {
                into.truncate(before);
            }
        }
    }

    private static boolean overlapsBetter(Detections found, int first, int index, float iou) {
        for (int i = first; i < index; i++) {
            if (found.classId(i) == found.classId(index) && Boxes.iou(found, i, index) > iou) {
                return true;
            }
        }
        return false;
    }
}
