package io.ringsight.core.analyse.verdict;

import io.ringsight.core.frame.FrameResult;

/** Sees which part is whole in the picture. Called for each frame by the Analyse thread; allocates nothing. */
public interface Appearance {
    /** No part is. */
    long NONE = 0;

    /** The part's number, the same as long as it is the same part and never again of another; or {@link #NONE}. */
    long shown(FrameResult frame);
}
