package io.ringsight.core.analyse;

import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.analyse.zone.Zone;
import java.util.List;

/**
 * What is made of a source's detections.
 *
 * @param tracking how its objects are followed
 * @param zones parts of its picture, of which each object is told which it is in
 */
public record AnalysisSpec(TrackSettings tracking, List<Zone> zones) {
    /** Nothing is: they are published as they are. */
    public static final AnalysisSpec NONE = new AnalysisSpec(TrackSettings.OFF, List.of());

    public AnalysisSpec {
        zones = List.copyOf(zones);
    }

    /** Its objects are followed, and it has no zones. */
    public AnalysisSpec(TrackSettings tracking) {
        this(tracking, List.of());
    }

    /** Whether anything is made of them. */
    public boolean isWanted() {
        return tracking.enabled() || !zones.isEmpty();
    }
}
