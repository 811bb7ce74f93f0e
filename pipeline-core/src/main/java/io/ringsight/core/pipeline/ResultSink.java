package io.ringsight.core.pipeline;

import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;

/**
 * Where results go. Called by the Publish stage's one thread, for each source in frame order.
 *
 * <p>Must not block for longer than it takes to hand the result on, with one exception: for a recording
 * ({@code lossless}) it waits for room, so that the recording's source waits too and nothing is lost. What it throws is
 * counted and does not stop the pipeline.
 */
public interface ResultSink {
    /**
     * One analysed frame.
     *
     * @param lossless whether to wait for room rather than drop
     */
    void frame(FrameResult result, boolean lossless) throws InterruptedException;

    /** A gap began, changed its reason or ended. */
    void gap(Gap gap, boolean lossless) throws InterruptedException;
}
