package io.ringsight.core.pipeline;

import io.ringsight.core.decision.Decision;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;

/**
 * Where results go. Called by the Publish stage's one thread, for each source in frame order.
 *
 * <p>Must not block for longer than it takes to hand the result on: cameras wait with it. What must not be lost, a
 * recording, is let into the pipeline only while every sink {@link #hasRoom()}; what is in it then is taken. When a sink
 * throws it has not taken the result: that is counted, and told it as {@code not-published} with the next one.
 */
public interface ResultSink {
    /**
     * One analysed frame.
     *
     * @param lossless whether it is a recording's, to be taken even if that takes more room than there should be
     */
    void frame(FrameResult result, boolean lossless) throws InterruptedException;

    /** A gap began, changed its reason or ended. */
    void gap(Gap gap, boolean lossless) throws InterruptedException;

    /**
     * Something was concluded from the source's frames; it comes behind the one that tipped the scale.
     *
     * @param frameSeq the last frame of the source that was accounted for until now, by a frame or a gap
     */
    default void decision(Decision decision, long frameSeq, boolean lossless) throws InterruptedException {
        // Frames are all it wants.
    }

    /** Whether the next frame of a recording may enter the pipeline. Any thread. */
    default boolean hasRoom() {
        return true;
    }

    /**
     * Has {@code listener} run each time {@link #hasRoom()} may be true again, on any thread. It is quick. Called before any
     * result; each listener stays.
     */
    default void onRoom(Runnable listener) {
        // There always is.
    }
}
