package io.ringsight.core.pipeline;

import io.ringsight.core.analyse.zone.Regions;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.preprocess.Crop;
import io.ringsight.core.preprocess.TileGrid;
import io.ringsight.core.preprocess.TileSpec;

/**
 * What of a source's pictures the model looks at.
 *
 * @param tiles how they, or the part that is seen of them, are cut
 * @param regions which parts matter
 */
public record Look(TileSpec tiles, Regions regions) {
    /** The whole picture at once. */
    public static final Look WHOLE = new Look(TileSpec.NONE, Regions.ALL);

    /** Tiles of the whole picture. */
    public Look(TileSpec tiles) {
        this(tiles, Regions.ALL);
    }

    /** Whether objects outside of some regions are left out. */
    boolean hasRegions() {
        return !regions.include().isEmpty() || !regions.exclude().isEmpty();
    }

    /** The parts of {@code picture} that a model of this input looks at. */
    TileGrid grid(Picture picture, ModelInput input) {
        if (regions.crop().isEmpty()) {
            return new TileGrid(tiles, input, picture, 0, 0, picture.width(), picture.height());
        }
        Regions.Crop crop = regions.crop().get();
        int left = (int) (crop.leftUpper().x() * picture.width()) / Crop.GRID * Crop.GRID;
        int top = (int) (crop.leftUpper().y() * picture.height()) / Crop.GRID * Crop.GRID;
        int width = (int) Math.ceil(crop.rightLower().x() * picture.width()) - left;
        int height = (int) Math.ceil(crop.rightLower().y() * picture.height()) - top;
        return new TileGrid(tiles, input, picture, left, top, Math.max(1, width), Math.max(1, height));
    }
}
