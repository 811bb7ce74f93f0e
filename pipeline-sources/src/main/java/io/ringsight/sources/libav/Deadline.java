package io.ringsight.sources.libav;

import io.ringsight.core.time.Clock;
import org.bytedeco.ffmpeg.avformat.AVIOInterruptCB;
import org.bytedeco.javacpp.Pointer;

/**
 * Bounds FFmpeg's blocking calls: FFmpeg asks it ten times a second whether to give up. Its own time-out options bound
 * single socket calls only, not what a caller waits for.
 *
 * <p>FFmpeg asks on the thread that made the call, so the answer is found by thread. One native callback serves all
 * sources: JavaCPP has room for ten of a kind in a process.
 *
 * <p><b>Threads.</b> Owned by the source's thread, {@link #stop()} excepted.
 */
public final class Deadline {
    private static final ThreadLocal<Deadline> OF_THREAD = new ThreadLocal<>();
    private static final AVIOInterruptCB.Callback_Pointer ASK = new AVIOInterruptCB.Callback_Pointer() {
        @Override
        public int call(Pointer opaque) {
            Deadline deadline = OF_THREAD.get();
            return deadline != null && deadline.answer() ? 1 : 0;
        }
    };

    private final Clock clock;
    private volatile boolean stopped;
    private long untilNs;
    private boolean closing;
    /** What answering FFmpeg threw. */
    private Error failure;

    public Deadline(Clock clock) {
        this.clock = clock;
    }

    /** The callback to set in a format context before it is opened. */
    public static AVIOInterruptCB.Callback_Pointer callback() {
        return ASK;
    }

    /** From now on this one answers for calls of the current thread; null for none. */
    public static void ofThread(Deadline deadline) {
        if (deadline == null) {
            OF_THREAD.remove();
        } else {
            OF_THREAD.set(deadline);
        }
    }

    /** The next calls give up at {@code untilNs} of the monotonic clock. */
    public void until(long untilNs) {
        this.untilNs = untilNs;
        closing = false;
    }

    /** The next calls, which take leave of the camera, give up at {@code untilNs} even though the source was stopped. */
    public void untilClosed(long untilNs) {
        this.untilNs = untilNs;
        closing = true;
    }

    public boolean isOver() {
        return clock.nanoTime() - untilNs >= 0;
    }

    /** Makes all calls but closing give up, now and later. Any thread. */
    public void stop() {
        stopped = true;
    }

    public boolean isStopped() {
        return stopped;
    }

    /** An Error must not go through FFmpeg's C frames: that ends the process, with all cameras. */
    private boolean answer() {
        try {
            return failure != null || mustGiveUp();
        } catch (Error e) {
            failure = e;
            return true;
        }
    }

    /** Throws what answering FFmpeg threw, once. To be called when FFmpeg has returned. */
    public void throwFailure() {
        Error thrown = failure;
        failure = null;
        if (thrown != null) {
            throw thrown;
        }
    }

    private boolean mustGiveUp() {
        return isOver() || stopped && !closing;
    }
}
