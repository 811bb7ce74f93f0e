package io.ringsight.core.analyse;

import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.analyse.verdict.PartSpec;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.Zone;
import java.util.List;
import java.util.Optional;

/**
 * What is made of a source's detections.
 *
 * @param tracking how its objects are followed
 * @param zones parts of its picture, of which each object is told which it is in
 * @param parts how what passes it is judged, if it is
 * @param lines that objects cross; without meaning where they are not followed
 */
public record AnalysisSpec(TrackSettings tracking, List<Zone> zones, List<Line> lines, Optional<PartSpec> parts) {
    /** Nothing is: they are published as they are. */
    public static final AnalysisSpec NONE = new AnalysisSpec(TrackSettings.OFF, List.of(), List.of(), Optional.empty());

    public AnalysisSpec {
        zones = List.copyOf(zones);
        lines = List.copyOf(lines);
    }

    /** As above, and nothing that passes it is judged. */
    public AnalysisSpec(TrackSettings tracking, List<Zone> zones, List<Line> lines) {
        this(tracking, zones, lines, Optional.empty());
    }

    /** Its objects are followed, and it has no zones and lines. */
    public AnalysisSpec(TrackSettings tracking) {
        this(tracking, List.of(), List.of(), Optional.empty());
    }

    /** Whether anything is made of them. */
    public boolean isWanted() {
        return tracking.enabled() || !zones.isEmpty();
    }
}
