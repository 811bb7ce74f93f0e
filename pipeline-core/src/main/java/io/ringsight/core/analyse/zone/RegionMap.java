package io.ringsight.core.analyse.zone;

import io.ringsight.core.analyse.zone.Zone.Point;
import io.ringsight.core.detect.Detections;
import java.util.List;

/** Leaves out what lies where nobody looks. Allocates nothing after it was made. Any thread, one at a time. */
public final class RegionMap {
    private final ZoneMap include;
    private final ZoneMap exclude;
    private final boolean everywhere;

    public RegionMap(Regions regions) {
        everywhere = regions.include().isEmpty();
        include = new ZoneMap(zones(regions.include()));
        exclude = new ZoneMap(zones(regions.exclude()));
    }

    private static List<Zone> zones(List<List<Point>> polygons) {
        return polygons.stream().map(corners -> new Zone("region", corners)).toList();
    }

    /** Removes the objects of a picture of this size whose box's middle nobody looks at; returns how many. */
    public int removeOutside(Detections found, int pictureWidth, int pictureHeight) {
        int before = found.size();
        for (int object = before - 1; object >= 0; object--) {
            double across = (found.left(object) + found.width(object) / 2.0) / pictureWidth;
            double down = (found.top(object) + found.height(object) / 2.0) / pictureHeight;
            boolean wanted = everywhere || include.at(across, down) != 0;
            if (!wanted || exclude.at(across, down) != 0) {
                found.remove(object);
            }
        }
        return before - found.size();
    }
}
