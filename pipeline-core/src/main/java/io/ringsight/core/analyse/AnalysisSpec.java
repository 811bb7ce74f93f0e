package io.ringsight.core.analyse;

import io.ringsight.core.analyse.rule.Rule;
import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.analyse.verdict.PartSpec;
import io.ringsight.core.analyse.world.Calibration;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.Zone;
import java.util.List;
import java.util.Optional;

/**
 * What is made of a source's detections.
 *
 * @param tracking how its objects are followed
 * @param zones parts of its picture, of which each object is told which it is in
 * @param lines that objects cross; without meaning where they are not followed
 * @param rules what is told of them
 * @param calibration where on the ground objects are, if anybody knows; without meaning where they are not followed
 * @param parts how what passes it is judged, if it is
 * @param summaryS over how many seconds what crosses its lines and is in its zones is summed up; 0: it is not
 */
public record AnalysisSpec(
        TrackSettings tracking,
        List<Zone> zones,
        List<Line> lines,
        List<Rule> rules,
        Optional<Calibration> calibration,
        Optional<PartSpec> parts,
        int summaryS) {
    /** The longest time that is summed up: a day. */
    public static final int MAX_SUMMARY_S = 86_400;

    /** Nothing is: they are published as they are. */
    public static final AnalysisSpec NONE = new AnalysisSpec(TrackSettings.OFF);

    public AnalysisSpec {
        zones = List.copyOf(zones);
        lines = List.copyOf(lines);
        rules = List.copyOf(rules);
    }

    /** It has no rules, is not calibrated, and nothing that passes it is judged. */
    public AnalysisSpec(TrackSettings tracking, List<Zone> zones, List<Line> lines) {
        this(tracking, zones, lines, List.of(), Optional.empty(), Optional.empty(), 0);
    }

    /** Its objects are followed, and it has nothing else. */
    public AnalysisSpec(TrackSettings tracking) {
        this(tracking, List.of(), List.of());
    }

    /** Whether anything is made of them. */
    public boolean isWanted() {
        return tracking.enabled() || !zones.isEmpty() || !rules.isEmpty();
    }
}
