package io.ringsight.core.analyse.zone;

import io.ringsight.core.analyse.zone.Zone.Point;
import java.util.List;
import java.util.Optional;

/**
 * Which parts of a source's pictures matter, in fractions of their width and height.
 *
 * @param crop all that the model sees; empty: the whole picture
 * @param include polygons: objects whose box's middle lies in none of them are left out; none: everywhere
 * @param exclude polygons: objects whose box's middle lies in one of them are left out
 */
public record Regions(Optional<Crop> crop, List<List<Point>> include, List<List<Point>> exclude) {
    /** Everywhere. */
    public static final Regions ALL = new Regions(Optional.empty(), List.of(), List.of());
    /** The most polygons to include, and to exclude. */
    public static final int MAX_POLYGONS = Zone.MAX_ZONES;

    /** A rectangle by two of its corners. */
    public record Crop(Point leftUpper, Point rightLower) {
        public Crop {
            if (!(leftUpper.x() < rightLower.x() && leftUpper.y() < rightLower.y())) {
                throw new IllegalArgumentException("no rectangle: " + leftUpper + " to " + rightLower);
            }
        }
    }

    public Regions {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }
}
