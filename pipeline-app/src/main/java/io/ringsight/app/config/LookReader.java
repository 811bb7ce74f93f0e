package io.ringsight.app.config;

import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.core.analyse.zone.Regions;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.analyse.zone.Zone.Point;
import io.ringsight.core.pipeline.Look;
import io.ringsight.core.preprocess.TileSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what of a source's pictures the model looks at: {@code tiles} and what belongs to them, and {@code regions}. */
public final class LookReader {
    private static final Pattern GRID = Pattern.compile("([0-9]{1,4})x([0-9]{1,4})");
    private static final String TILES = "tiles";

    private final YamlObject source;

    private LookReader(YamlObject source) {
        this.source = source;
    }

    static Look read(YamlObject source) {
        LookReader reader = new LookReader(source);
        return new Look(
                reader.readTiles(),
                source.object("regions").map(LookReader::regions).orElse(Regions.ALL));
    }

    /** Tiles as {@code auto} or {@code CxR}, e.g. {@code 4x3}; empty if {@code text} is neither. */
    public static Optional<TileSpec> tiles(String text) {
        if (text.equals("auto")) {
            return Optional.of(TileSpec.auto());
        }
        Matcher grid = GRID.matcher(text);
        if (!grid.matches()) {
            return Optional.empty();
        }
        int columns = Integer.parseInt(grid.group(1));
        int rows = Integer.parseInt(grid.group(2));
        boolean fits = columns >= 1 && rows >= 1 && columns <= TileSpec.MAX_SIDE && rows <= TileSpec.MAX_SIDE;
        return fits ? Optional.of(new TileSpec(columns, rows, 0, false)) : Optional.empty();
    }

    /** What to say of a text that is no tiles. */
    public static String tilesMistake(String text) {
        return "expected auto or columns and rows, each 1 to " + TileSpec.MAX_SIDE + ", as in 4x3, got "
                + YamlObject.quoted(text);
    }

    private TileSpec readTiles() {
        Optional<String> text = source.optionalText(TILES).filter(said -> !said.isEmpty());
        Optional<TileSpec> tiles = text.flatMap(LookReader::tiles);
        if (text.isPresent() && tiles.isEmpty()) {
            source.mistake(TILES, tilesMistake(text.get()));
        }
        int largest = source.integerOr("auto", "largestObject", 1, TileSpec.MAX_OBJECT)
                .orElse(0);
        boolean whole = source.flag("wholePicture", false);
        if (text.isEmpty() && (largest > 0 || whole)) {
            source.mistake(
                    largest > 0 ? "largestObject" : "wholePicture",
                    "has no meaning without tiles; expected tiles: auto or tiles: 4x3 beside it");
        }
        return tiles.map(grid -> new TileSpec(grid.columns(), grid.rows(), largest, whole))
                .orElse(TileSpec.NONE);
    }

    private static Regions regions(YamlObject section) {
        Optional<String> text = section.optionalText("crop").filter(said -> !said.isEmpty());
        Optional<Regions.Crop> crop = text.flatMap(LookReader::crop);
        if (text.isPresent() && crop.isEmpty()) {
            section.mistake(
                    "crop",
                    "expected the left upper and the right lower corner as fractions of the picture's width and height, as in"
                            + " 0.1,0.2 0.9,0.8, got " + YamlObject.quoted(text.get()));
        }
        Regions regions = new Regions(crop, polygons(section, "include"), polygons(section, "exclude"));
        section.finish();
        return regions;
    }

    private static Optional<Regions.Crop> crop(String text) {
        return Zone.corners(text)
                .filter(corners -> corners.size() == 2)
                .filter(corners -> corners.stream().allMatch(corner -> corner.x() <= 1 && corner.y() <= 1))
                .filter(corners -> corners.get(0).x() < corners.get(1).x()
                        && corners.get(0).y() < corners.get(1).y())
                .map(corners -> new Regions.Crop(corners.get(0), corners.get(1)));
    }

    private static List<List<Point>> polygons(YamlObject section, String key) {
        List<List<Point>> polygons = new ArrayList<>();
        for (String text : section.texts(key)) {
            Optional<List<Point>> corners = Zone.corners(text);
            Optional<String> problem = corners.isEmpty()
                    ? Optional.of(
                            "expected polygons, each its corners as fractions of the picture's width and height, as in"
                                    + " 0.1,0.2 0.5,0.2 0.5,0.9, got " + YamlObject.quoted(text))
                    : Zone.problem(corners.get());
            problem.ifPresent(sentence -> section.mistake(key, sentence));
            corners.filter(right -> problem.isEmpty()).ifPresent(polygons::add);
        }
        if (polygons.size() > Regions.MAX_POLYGONS) {
            section.mistake(key, "expected at most " + Regions.MAX_POLYGONS + " polygons, got " + polygons.size());
            return List.of();
        }
        return polygons;
    }
}
