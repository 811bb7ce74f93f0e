package io.ringsight.core.analyse;

import io.ringsight.core.analyse.track.Assignment;
import io.ringsight.core.analyse.track.TrackNumbers;

/** What the analyses of all sources share: one after the other uses it, on one thread. */
public final class SharedAnalysis {
    private final Assignment assignment = new Assignment();
    private final TrackNumbers numbers = new TrackNumbers();

    Assignment assignment() {
        return assignment;
    }

    TrackNumbers numbers() {
        return numbers;
    }
}
