package io.ringsight.app.tools.eval;

/**
 * Objects that are in one picture: parallel arrays, boxes as fractions of the picture's width and height.
 *
 * @param classIds classes
 * @param lefts left edges
 * @param tops top edges
 * @param widths widths
 * @param heights heights
 */
record GroundTruth(int[] classIds, float[] lefts, float[] tops, float[] widths, float[] heights) {
    int size() {
        return classIds.length;
    }
}
