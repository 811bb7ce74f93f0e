package io.ringsight.core.pipeline;

import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.analyse.verdict.PartWatch;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.frame.SourceId;
import java.util.List;
import java.util.function.Function;

/**
 * How the pipeline treats one source.
 *
 * @param sourceId its name
 * @param lossless whether the source waits for room (a recording) rather than drops (a camera)
 * @param credits the most frames it may have in the ring at a time
 * @param deadlineNs age at Dispatch above which a frame is lost as {@code late}; 0: none
 * @param maxFps frames a second above which frames are lost as {@code rate-limit}; 0: none
 * @param sight what the model looks at, and for which objects
 * @param analysis what is made of them
 * @param parts notes its frames for the verdicts on what passes it, or null
 */
public record IntakeSpec(
        SourceId sourceId,
        boolean lossless,
        int credits,
        long deadlineNs,
        double maxFps,
        Sight sight,
        AnalysisSpec analysis,
        PartWatch parts) {
    /**
     * What the model looks at, and for which objects.
     *
     * @param look which parts of the pictures
     * @param classes whose objects are published, by the labels of the model at work
     */
    public record Sight(Look look, Function<List<String>, WantedClasses> classes) {}

    /** Of objects of all classes in the whole picture, of which nothing is made. */
    public IntakeSpec(SourceId sourceId, boolean lossless, int credits, long deadlineNs, double maxFps) {
        this(sourceId, lossless, credits, deadlineNs, maxFps, labels -> WantedClasses.ALL, AnalysisSpec.NONE);
    }

    /** The whole picture is looked at, and nothing that passes it is judged. */
    public IntakeSpec(
            SourceId sourceId,
            boolean lossless,
            int credits,
            long deadlineNs,
            double maxFps,
            Function<List<String>, WantedClasses> classes,
            AnalysisSpec analysis) {
        this(sourceId, lossless, credits, deadlineNs, maxFps, new Sight(Look.WHOLE, classes), analysis, null);
    }

    public IntakeSpec {
        if (credits < 1) {
            throw new IllegalArgumentException("credits must be at least 1: " + credits);
        }
        if (deadlineNs < 0 || !(maxFps >= 0)) {
            throw new IllegalArgumentException("deadlineNs and maxFps must not be negative");
        }
    }
}
