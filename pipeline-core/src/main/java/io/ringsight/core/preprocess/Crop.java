package io.ringsight.core.preprocess;

import io.ringsight.core.frame.Picture;

/**
 * A rectangle of a picture for a model to look at: a tile, a region, an object. Cutting copies no pixel: the part is a
 * picture of its own whose planes begin elsewhere, so whatever takes a picture takes a crop, on any device, at the cost of
 * a picture of its size. At its edges it ends, as a picture does: nothing beyond is mixed in.
 *
 * <p>It begins at multiples of {@value #GRID} pixels, so that it begins with a whole sample of chroma and a whole byte in
 * each format. Made once and set again and again; allocates nothing. Used by one thread at a time.
 */
public final class Crop {
    /** Where it may begin: multiples of so many pixels. */
    public static final int GRID = PlaneSteps.GRID;

    private static final int MAX_SIDE = 1 << 16;

    private final Picture view = new Picture();
    private int left;
    private int top;
    private int width;
    private int height;

    /** Makes it the whole of a picture. */
    public void whole(Picture picture) {
        set(0, 0, picture.width(), picture.height());
    }

    /** Sets it, in pixels; {@code left} and {@code top} are multiples of {@link #GRID}. */
    public void set(int left, int top, int width, int height) {
        if (left % GRID != 0 || top % GRID != 0 || left < 0 || top < 0 || width < 1 || height < 1) {
            throw new IllegalArgumentException("no crop: " + width + "x" + height + " pixels from " + left + "," + top);
        }
        this.left = left;
        this.top = top;
        this.width = width;
        this.height = height;
    }

    /**
     * Makes it the square around an object, for a second model to look at: its middle is the object's, as closely as the
     * grid allows, and its side the next of few lengths that holds the object whichever way the grid moves it. There are few
     * sizes, so that whoever keeps something for each makes it once. It is moved into the picture where the object is at
     * its edge, and is no larger than the picture.
     *
     * <p>Sides are multiples of {@link #GRID}: each up to eight of them, from there on four to an octave.
     *
     * @param objectLeft of the object's box, in pixels of {@code picture}, as the other three
     */
    public void around(float objectLeft, float objectTop, float objectWidth, float objectHeight, Picture picture) {
        int side = side(Math.max(objectWidth, objectHeight) + GRID);
        int acrossAt = start(objectLeft + objectWidth / 2, side, picture.width());
        int downAt = start(objectTop + objectHeight / 2, side, picture.height());
        set(acrossAt, downAt, length(acrossAt, side, picture.width()), length(downAt, side, picture.height()));
    }

    private static int side(float least) {
        int step = GRID;
        int side = 2 * GRID;
        while (side < least && side < MAX_SIDE) {
            step = side == 8 * step ? 2 * step : step;
            side += step;
        }
        return side;
    }

    private static int start(float middle, int side, int pictureLength) {
        int at = (int) Math.floor((middle - side / 2f) / GRID + 0.5f) * GRID;
        return Math.max(0, Math.min(at, (pictureLength - side) / GRID * GRID));
    }

    /** As long as the side, but that the few pixels beyond the last whole unit of the grid are not left over. */
    private static int length(int at, int side, int pictureLength) {
        return at + side + GRID > pictureLength ? pictureLength - at : side;
    }

    /**
     * This part of {@code picture}: the picture itself where it is the whole. Valid until the next call; holds no reference,
     * the caller's must stay.
     *
     * @throws PreprocessException if pictures of its pixel format cannot be cut, or it is not in the picture
     */
    public Picture of(Picture picture) {
        if (isWhole(picture)) {
            return picture;
        }
        PlaneSteps steps = PlaneSteps.of(picture.pixelFormat());
        if (steps == null || left + width > picture.width() || top + height > picture.height()) {
            throw new PreprocessException("cannot cut " + width + "x" + height + " pixels from " + left + "," + top
                    + " out of a picture of " + picture.width() + "x" + picture.height() + " in pixel format number "
                    + picture.pixelFormat());
        }
        view.layout(width, height, picture.pixelFormat());
        view.pixelAspect(picture.pixelAspect());
        view.color(picture.matrix(), picture.range());
        view.memory(picture.memory());
        for (int plane = 0; plane < Picture.MAX_PLANES; plane++) {
            long address = picture.planeAddress(plane);
            int stride = picture.planeStride(plane);
            view.plane(plane, address == 0 ? 0 : address + steps.bytes(plane, left, top, stride), stride);
        }
        return view;
    }

    /** Whether it is all of {@code picture}. */
    public boolean isWhole(Picture picture) {
        return left == 0 && top == 0 && width == picture.width() && height == picture.height();
    }

    /** Column of the picture it begins at. */
    public int left() {
        return left;
    }

    /** Line of the picture it begins at. */
    public int top() {
        return top;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }
}
