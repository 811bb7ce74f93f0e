package io.ringsight.app.tools.files;

import io.ringsight.app.cli.CommandException;
import io.ringsight.app.config.LookReader;
import io.ringsight.core.pipeline.Look;
import io.ringsight.core.preprocess.TileSpec;
import picocli.CommandLine.Option;

/** Command-line options that say how pictures larger than the model's input are cut into tiles. */
public final class TileOptions {
    @Option(
            names = "--tiles",
            paramLabel = "CxR",
            description =
                    "Cut each picture into so many tiles that overlap, as in 4x3; auto: as many as it takes to shrink"
                            + " no pixel (default: the whole picture at once).")
    private String tiles;

    @Option(
            names = "--largest-object",
            paramLabel = "PIXELS",
            description = "With --tiles: how far they overlap, so that each object up to that lies whole in one of them"
                    + " (default: a fifth of the model's input).")
    private Integer largestObject;

    @Option(
            names = "--whole-picture",
            description = "With --tiles: look at the whole picture, too, for objects larger than that.")
    private boolean wholePicture;

    /** What the model looks at. */
    public Look look() {
        if (tiles == null) {
            if (largestObject != null || wholePicture) {
                throw CommandException.usage("ringsight: --" + (wholePicture ? "whole-picture" : "largest-object")
                        + ": has no meaning without --tiles; expected --tiles auto or --tiles 4x3 beside it");
            }
            return Look.WHOLE;
        }
        if (largestObject != null && (largestObject < 1 || largestObject > TileSpec.MAX_OBJECT)) {
            throw CommandException.usage("ringsight: --largest-object: expected a number of pixels from 1 to "
                    + TileSpec.MAX_OBJECT + ", got " + largestObject);
        }
        TileSpec grid = LookReader.tiles(tiles)
                .orElseThrow(() -> CommandException.usage("ringsight: --tiles: " + LookReader.tilesMistake(tiles)));
        int largest = largestObject == null ? 0 : largestObject;
        return new Look(new TileSpec(grid.columns(), grid.rows(), largest, wholePicture));
    }
}
