package io.ringsight.core.preprocess;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.model.ModelInput;

/**
 * The tiles of pictures of one size for one model. All are of one size, so that one scaler does for all; they begin at
 * multiples of {@link Crop#GRID}, the first at the area's left upper corner, and the last end where it ends.
 *
 * <p>Neighbours share a strip as wide as the largest object expected and what a box must keep off an edge to count as whole
 * ({@link #EDGE}): so each such object lies whole in one of them (overlapping tiles: F. C. Akyon et al., "Slicing Aided
 * Hyper Inference", 2022; its default overlap of a fifth is ours, too).
 *
 * <p>Immutable. Asking allocates nothing.
 */
public final class TileGrid {
    /** Pixels of the model's input: a box that ends so close to a tile's edge may be cut by it. Half a cell of stride 8. */
    public static final int EDGE = 4;

    private static final int SHARE_OF_INPUT = 5;

    private final TileSpec spec;
    private final ModelInput input;
    private final int pictureWidth;
    private final int pictureHeight;
    private final double pixelAspect;
    private final int left;
    private final int top;
    private final Axis across;
    private final Axis down;

    /** Where tiles begin along one side of the area, and how long they are. */
    private record Axis(int length, int count, int tile) {
        static Axis of(int length, int wanted, int input, int overlap) {
            return wanted == 0 ? fine(length, input, overlap) : even(length, wanted, overlap);
        }

        /** Tiles as long as the input, as many as it takes. */
        private static Axis fine(int length, int input, int overlap) {
            if (length <= input) {
                return new Axis(length, 1, length);
            }
            int tile = input - Math.floorMod(input - length, Crop.GRID);
            int step = Math.max(Crop.GRID, tile - overlap);
            int count = Math.min(TileSpec.MAX_SIDE, 1 + (length - tile + step - 1) / step);
            return count < TileSpec.MAX_SIDE ? new Axis(length, count, tile) : even(length, count, overlap);
        }

        /** So many tiles, as long as it takes. */
        private static Axis even(int length, int count, int overlap) {
            int tile = (length + (count - 1) * overlap + count - 1) / count;
            tile += Math.floorMod(length - tile, Crop.GRID);
            return count == 1 || tile >= length ? new Axis(length, 1, length) : new Axis(length, count, tile);
        }

        int start(int index) {
            return count == 1 ? 0 : (int) ((long) index * (length - tile) / (count - 1)) / Crop.GRID * Crop.GRID;
        }
    }

    /** Of the part of a picture from ({@code left}, {@code top}), multiples of {@link Crop#GRID}. */
    public TileGrid(TileSpec spec, ModelInput input, Picture picture, int left, int top, int width, int height) {
        this.spec = spec;
        this.input = input;
        this.left = left;
        this.top = top;
        pictureWidth = picture.width();
        pictureHeight = picture.height();
        pixelAspect = picture.pixelAspect();
        int inputWidth = (int) (input.width() / pixelAspect);
        double shrunk = Math.max(
                shrunk(width, spec.columns(), inputWidth, spec.largestObject()),
                shrunk(height, spec.rows(), input.height(), spec.largestObject()));
        across = Axis.of(width, spec.columns(), inputWidth, overlap(inputWidth, shrunk));
        down = Axis.of(height, spec.rows(), input.height(), overlap(input.height(), shrunk));
    }

    /** Pixels of the picture for one of the input, at least 1. */
    private static double shrunk(int length, int count, int inputLength, int object) {
        int tile = count == 0 ? inputLength : (length + (count - 1) * object) / count;
        return Math.max(1, (double) tile / inputLength);
    }

    /** The strip that neighbours share. Wider strips make larger tiles, which shrink more: hence the second edge's grid. */
    private int overlap(int inputLength, double shrunk) {
        int object = spec.largestObject() > 0 ? spec.largestObject() : (int) (shrunk * inputLength / SHARE_OF_INPUT);
        return object + 2 * (int) Math.ceil(EDGE * shrunk) + 2 * Crop.GRID;
    }

    /** Whether it is that of pictures like {@code picture}, for models of this input. */
    public boolean suits(Picture picture, ModelInput other) {
        return pictureWidth == picture.width()
                && pictureHeight == picture.height()
                && pixelAspect == picture.pixelAspect()
                && input.equals(other);
    }

    /** How many parts the model looks at. */
    public int parts() {
        int tiles = across.count * down.count;
        return spec.wholePicture() && tiles > 1 ? tiles + 1 : tiles;
    }

    /** Sets part {@code index}: tiles line by line, then the whole. */
    public void cut(int index, Crop into) {
        if (index == across.count * down.count) {
            into.set(left, top, across.length, down.length);
        } else {
            into.set(
                    left + across.start(index % across.count),
                    top + down.start(index / across.count),
                    across.tile,
                    down.tile);
        }
    }

    /** Tiles side by side. */
    public int columns() {
        return across.count;
    }

    /** Tiles one above the other. */
    public int rows() {
        return down.count;
    }
}
