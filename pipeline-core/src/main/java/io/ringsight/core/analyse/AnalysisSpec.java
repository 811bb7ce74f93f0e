package io.ringsight.core.analyse;

import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.Zone;
import java.util.List;

/**
 * What is made of a source's detections.
 *
 * @param tracking how its objects are followed
 * @param zones parts of its picture, of which each object is told which it is in
 * @param lines that objects cross; without meaning where they are not followed
 */
public record AnalysisSpec(TrackSettings tracking, List<Zone> zones, List<Line> lines) {
    /** Nothing is: they are published as they are. */
    public static final AnalysisSpec NONE = new AnalysisSpec(TrackSettings.OFF, List.of(), List.of());

    public AnalysisSpec {
        zones = List.copyOf(zones);
        lines = List.copyOf(lines);
    }

    /** Its objects are followed, and it has no zones and lines. */
    public AnalysisSpec(TrackSettings tracking) {
        this(tracking, List.of(), List.of());
    }

    /** Whether anything is made of them. */
    public boolean isWanted() {
        return tracking.enabled() || !zones.isEmpty();
    }
}
