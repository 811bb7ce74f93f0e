package io.ringsight.core.pipeline;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.SourceMetrics;

/**
 * The one way into the pipeline, one for each source: numbers its frames, accounts for every one of them and keeps them
 * in order with the source's gaps.
 *
 * <p><b>Threads.</b> All methods are called by the source's one thread.
 */
public interface FrameIntake {
    /**
     * Takes over the caller's reference to a decoded picture: moves it into the ring, or counts it as lost and releases
     * it at once. For a live source this never waits; for a recording it waits for room, so that nothing is lost. Ends
     * the source's open gap, if there is one.
     *
     * @throws InterruptedException if interrupted while waiting, or the pipeline is closing; the picture is released
     */
    void offer(Picture picture) throws InterruptedException;

    /** Counts {@code frames} that the decoder gave but that cannot be analysed. */
    void lost(GapReason reason, int frames);

    /**
     * Tells that no frames come, and why. The first call begins a gap and publishes a gap message; one with another
     * reason publishes another; one with the same reason as before does nothing. The next offered frame ends it.
     *
     * @param detail what is known of it, without secrets; may be empty
     */
    void gap(GapReason reason, String detail) throws InterruptedException;

    /**
     * Tells that frames come, but may not show what is before the camera now, and why: publishes a gap message and marks
     * all frames from now on, until {@link #trust} or a gap. One with another reason takes its place; one with the same
     * does nothing.
     *
     * @param reason a {@link GapReason#isSuspicion() suspicion}
     * @param detail what is known of it, without secrets; may be empty
     * @param sinceUtcNs when it began, nanoseconds since 1970
     */
    void suspect(GapReason reason, String detail, long sinceUtcNs) throws InterruptedException;

    /**
     * Marks all frames from now on as of suspect, but publishes no gap message: it is not certain yet.
     *
     * @param reason a {@link GapReason#isSuspicion() suspicion}; null: there is no doubt any more
     */
    void doubt(GapReason reason);

    /** The frames are to be trusted again: ends the suspicion, if there is one, with a gap message. */
    void trust() throws InterruptedException;

    /** The source's counters and state. */
    SourceMetrics metrics();
}
