package io.ringsight.core.preprocess;

/**
 * How a picture that is larger than a model's input is cut into tiles that overlap.
 *
 * @param columns tiles side by side; 0: as many as it takes for no pixel to be shrunk
 * @param rows tiles one above the other; 0 with {@code columns}
 * @param largestObject pixels of the largest object expected: so far do neighbours overlap, that each object lies whole in
 *     one of them; 0: a fifth of the model's input
 * @param wholePicture whether the model looks at the whole picture, too, for objects larger than that
 */
public record TileSpec(int columns, int rows, int largestObject, boolean wholePicture) {
    /** The most tiles side by side, and one above the other. */
    public static final int MAX_SIDE = 32;
    /** The largest object. */
    public static final int MAX_OBJECT = 4_096;
    /** The picture as it is. */
    public static final TileSpec NONE = new TileSpec(1, 1, 0, false);

    public TileSpec {
        boolean fits = columns == 0 && rows == 0 || columns > 0 && rows > 0;
        if (!fits || columns > MAX_SIDE || rows > MAX_SIDE || largestObject < 0 || largestObject > MAX_OBJECT) {
            throw new IllegalArgumentException("no tiles: " + columns + "x" + rows + ", " + largestObject);
        }
    }

    /** As many as the picture and the model ask for. */
    public static TileSpec auto() {
        return new TileSpec(0, 0, 0, false);
    }
}
