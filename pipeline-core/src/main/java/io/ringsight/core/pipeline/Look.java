package io.ringsight.core.pipeline;

import io.ringsight.core.analyse.zone.Regions;
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
}
