package io.ringsight.sources.supervise;

import io.ringsight.core.frame.RecentVideo;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.sources.Sources;
import java.util.Optional;

/**
 * Where pictures come from: one camera, file or drawing. Opens when run, ends when it can give no more, and never tries
 * again by itself; its supervisor does.
 *
 * <p><b>Life.</b> {@link Sources#open} makes it without touching the camera. {@link #run} may be called again after it
 * has returned. {@link #close} comes last, after the last run has returned.
 */
public interface Source extends AutoCloseable {
    /**
     * Opens the source and gives its pictures to {@code intake} until it ends. Blocks. All native work and every call
     * of the intake is done on the calling thread. Does not call {@link FrameIntake#gap}: the ending tells it.
     *
     * @return why it ended; never null
     * @throws InterruptedException if interrupted, or the pipeline is closing
     */
    Ending run(FrameIntake intake) throws InterruptedException;

    /**
     * Makes a {@link #run} under way return with {@code STOPPED} within 200 ms, waits inside the intake excepted, and
     * later ones at once. May be called from any thread and more than once; does not wait.
     */
    void stop();

    /** Whether it may be made to wait, so that nothing is lost: a recording may, a camera may not. */
    boolean lossless();

    /** Its last seconds of video, where they are kept: not of what gives pictures and no video. */
    default Optional<RecentVideo> recentVideo() {
        return Optional.empty();
    }

    /** When to suspect it of not showing what is there; {@link SuspicionLimits#NONE} for what is no camera. */
    default SuspicionLimits suspicionLimits() {
        return SuspicionLimits.NONE;
    }

    /**
     * Frees all native memory. Waits, for a bounded time, for pictures that others hold still; memory somebody reads is
     * never freed, so what is held longer is leaked and logged. Call it on the thread that called {@link #run}, or
     * after that thread has ended. Closing twice is allowed.
     */
    @Override
    void close();
}
