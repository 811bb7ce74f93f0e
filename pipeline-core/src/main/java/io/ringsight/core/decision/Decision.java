package io.ringsight.core.decision;

import io.ringsight.core.frame.SourceId;

/** Something concluded from what frames of a source show. It accounts for no frames: their own messages do. Immutable. */
public sealed interface Decision permits Event, Summary, Verdict {
    /** The source whose frames say so. */
    SourceId sourceId();
}
