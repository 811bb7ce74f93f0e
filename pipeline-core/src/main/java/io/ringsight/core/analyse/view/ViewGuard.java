package io.ringsight.core.analyse.view;

import io.ringsight.core.frame.MemoryKind;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.preprocess.GreyScaler;
import io.ringsight.core.preprocess.PreprocessException;
import io.ringsight.core.run.LogThrottle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has one camera's view watched: hands a picture over now and then, and says what was found. At most one picture is held at a
 * time, until a small grey copy of it is made: the source needs one more for that. Pictures in device memory are not looked at.
 *
 * <p><b>Threads.</b> {@link #offer} and what it says are the source's thread's; it waits for nothing and allocates nothing.
 * Looking is the {@link ViewWatcher}'s.
 */
public final class ViewGuard {
    private static final Logger LOG = LoggerFactory.getLogger(ViewGuard.class);
    static final long INTERVAL_NS = 2_000_000_000L;
    static final long SOON_NS = 500_000_000L;
    private static final long CLOSE_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long POLL_NS = 100_000L;

    /** Who has the fields of the picture handed over. */
    private enum Turn {
        SOURCE,
        WATCHER,
        LOOKING,
        NOBODY
    }

    private final AtomicReference<Turn> turn = new AtomicReference<>(Turn.SOURCE);
    private final ViewWatcher watcher;
    private final SourceMetrics metrics;
    private final LogThrottle failures;
    /** The watcher's. */
    private final ViewJudge judge = new ViewJudge();

    private Picture picture;
    private long takenNs;
    private boolean begun;
    private volatile long intervalNs = SOON_NS;
    private volatile long steadyNs;
    private volatile String detail = "";
    private volatile ViewJudge.State state = ViewJudge.State.STEADY;

    ViewGuard(ViewWatcher watcher, SourceMetrics metrics) {
        this.watcher = watcher;
        this.metrics = metrics;
        failures = watcher.throttle();
    }

    /** A picture came. */
    public void offer(Picture newest, long nowNs) {
        boolean isDue = !begun || nowNs - takenNs >= intervalNs;
        if (!isDue || newest.memory() != MemoryKind.HOST || turn.get() != Turn.SOURCE) {
            return;
        }
        newest.retain();
        picture = newest;
        takenNs = nowNs;
        begun = true;
        if (turn.compareAndSet(Turn.SOURCE, Turn.WATCHER)) {
            watcher.wake();
        } else {
            newest.release();
        }
    }

    /** How it stands. May change between two calls. */
    public ViewJudge.State state() {
        return state;
    }

    /** When the view was as it should be for the last time, in nanoseconds of the clock that {@link #offer} is told. */
    public long steadyNs() {
        return steadyNs;
    }

    /** How it moved, for people. */
    public String detail() {
        return detail;
    }

    /** Looks at what was handed over, if something was. Watcher's thread. */
    void look(GreyScaler scaler, byte[] grey) {
        if (!turn.compareAndSet(Turn.WATCHER, Turn.LOOKING)) {
            return;
        }
        try {
            shrink(scaler, grey);
            judge.look(grey, takenNs);
            tell();
        } finally {
            turn.set(Turn.SOURCE);
        }
    }

    private void shrink(GreyScaler scaler, byte[] grey) {
        try {
            scaler.scale(picture, grey);
        } finally {
            picture.release();
        }
    }

    private void tell() {
        ViewJudge.State now = judge.state();
        metrics.count(Counter.CAMERA_MOVES, now == ViewJudge.State.MOVED && state != now ? 1 : 0);
        steadyNs = judge.steadyNs();
        detail = judge.detail();
        intervalNs = judge.isCurious() ? SOON_NS : INTERVAL_NS;
        state = now;
    }

    /** A picture could not be looked at. */
    void failed(PreprocessException cause) {
        metrics.count(Counter.VIEW_FAILURES);
        failures.tell(
                span -> LOG.warn("{}: its view cannot be watched: {}{}", metrics.sourceId(), cause.getMessage(), span));
    }

    /** The source has stopped: no picture of it is held from now on. Waits until a look is over. */
    public void close() {
        watcher.leave(this);
        long beganNs = watcher.nowNs();
        while (!turn.compareAndSet(Turn.SOURCE, Turn.NOBODY)
                && turn.get() != Turn.NOBODY
                && watcher.nowNs() - beganNs < CLOSE_NS) {
            if (turn.compareAndSet(Turn.WATCHER, Turn.NOBODY)) {
                picture.release();
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }
}
