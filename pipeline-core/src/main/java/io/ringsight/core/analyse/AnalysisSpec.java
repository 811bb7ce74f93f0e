package io.ringsight.core.analyse;

import io.ringsight.core.analyse.track.TrackSettings;

/**
 * What is made of a source's detections.
 *
 * @param tracking how its objects are followed
 */
public record AnalysisSpec(TrackSettings tracking) {
    /** Nothing is: they are published as they are. */
    public static final AnalysisSpec NONE = new AnalysisSpec(TrackSettings.OFF);

    /** Whether anything is made of them. */
    public boolean isWanted() {
        return tracking.enabled();
    }
}
