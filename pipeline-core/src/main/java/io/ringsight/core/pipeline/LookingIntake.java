package io.ringsight.core.pipeline;

import io.ringsight.core.frame.GapReason;

/** An intake that only looks at the pictures: what is lost between them is no matter to it. */
public interface LookingIntake extends FrameIntake {
    @Override
    default void lost(GapReason reason, int frames) {
        // Only pictures count here.
    }

    @Override
    default void gap(GapReason reason, String detail) {
        // Running the source returns why it ended.
    }

    @Override
    default void suspect(GapReason reason, String detail, long sinceUtcNs) {
        // Only pictures count here.
    }

    @Override
    default void doubt(GapReason reason) {
        // Only pictures count here.
    }

    @Override
    default void trust() {
        // Only pictures count here.
    }
}
