package io.ringsight.app.config;

import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.frame.SourceName;
import io.ringsight.core.pipeline.Look;
import io.ringsight.sources.spec.Decode;
import io.ringsight.sources.spec.Deinterlace;
import io.ringsight.sources.spec.SourceSpec;
import java.util.List;
import java.util.Optional;

/**
 * One source and how the pipeline treats it.
 *
 * @param id what identifies it
 * @param name what people call it, if they do
 * @param spec where its pictures come from
 * @param flow how many of its frames are taken
 * @param video how its video becomes what the model looks at
 * @param classes names of those whose objects are published; none: all are
 * @param model the name of the model that looks at it; empty: the pipeline's
 * @param analysis what is made of its objects
 */
public record SourceConfig(
        SourceId id,
        Optional<SourceName> name,
        SourceSpec spec,
        Flow flow,
        Video video,
        List<String> classes,
        AnalysisSpec analysis,
        Optional<String> model) {
    /**
     * How many of its frames are taken.
     *
     * @param maxFps frames a second above which frames are left out; 0: none are
     * @param deadlineMs age above which a frame is not analysed any more; 0: none
     * @param credits the most frames it may have on their way; empty: two for a camera, for a recording as many as keep
     *     every lane busy
     * @param paused none are: it is not opened
     */
    public record Flow(double maxFps, long deadlineMs, Optional<Integer> credits, boolean paused) {}

    /**
     * How its video becomes pictures, and what of them the model looks at.
     *
     * @param decode who decodes it
     * @param deinterlace what becomes of interlaced pictures
     * @param track which of several videos, counted from 1; 0: as the URI says, or the main one
     * @param look what the model looks at
     * @param watchView whether what depends on where its camera looks stops when that was moved
     */
    public record Video(Decode decode, Deinterlace deinterlace, int track, Look look, boolean watchView) {}

    public SourceConfig {
        classes = List.copyOf(classes);
    }

    /** For cameras: one in work, one waiting. */
    public static final int DEFAULT_CAMERA_CREDITS = 2;
    /** The most credits. */
    public static final int MAX_CREDITS = 64;
    /** The highest frame rate. */
    public static final int MAX_FPS = 1_000;
    /** The longest deadline: an hour. */
    public static final int MAX_DEADLINE_MS = 3_600_000;

    /** Whether it has what is only right while its camera looks where it looked, and that is to be watched. */
    public boolean dependsOnView() {
        boolean hasPlaces = !analysis.zones().isEmpty()
                || !analysis.lines().isEmpty()
                || analysis.calibration().isPresent();
        return hasPlaces && video.watchView();
    }

    /** Whether it is not to be opened. */
    public boolean paused() {
        return flow.paused();
    }

    /** Its id, and in quotes what people call it if they do. */
    public String title() {
        return SourceName.title(id, name);
    }

    /** Whether {@code other} runs the same source in the same way, whatever people call it. */
    public boolean runsAs(SourceConfig other) {
        return equals(other.named(name));
    }

    private SourceConfig named(Optional<SourceName> called) {
        return new SourceConfig(id, called, spec, flow, video, classes, analysis, model);
    }
}
