package io.ringsight.core.analyse;

import io.ringsight.core.analyse.track.Assignment;
import io.ringsight.core.analyse.track.TrackNumbers;

/** What the analyses of a pipeline's sources share: one after the other uses it, on one thread. */
public final class SharedAnalysis {
    private final Assignment assignment = new Assignment();
    private final TrackNumbers numbers;

    /** @param numbers shared with other pipelines */
    public SharedAnalysis(TrackNumbers numbers) {
        this.numbers = numbers;
    }

    Assignment assignment() {
        return assignment;
    }

    TrackNumbers numbers() {
        return numbers;
    }
}
