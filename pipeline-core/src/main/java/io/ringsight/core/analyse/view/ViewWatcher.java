package io.ringsight.core.analyse.view;

import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.preprocess.GreyScaler;
import io.ringsight.core.preprocess.PreprocessException;
import io.ringsight.core.run.LogThrottle;
import io.ringsight.core.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** Looks at the views of all cameras that are guarded, one after the other, on a thread of its own that begins with the first. */
public final class ViewWatcher implements AutoCloseable {
    private final Clock clock;
    private final Function<Runnable, Thread> starter;
    private final List<ViewGuard> guards = new CopyOnWriteArrayList<>();
    private final byte[] grey = new byte[EdgeField.WIDTH * EdgeField.HEIGHT];
    private volatile Thread thread;
    private volatile boolean closed;

    /** @param starter starts a thread, of low priority if it can */
    public ViewWatcher(Clock clock, Function<Runnable, Thread> starter) {
        this.clock = clock;
        this.starter = starter;
    }

    /**
     * Guards one more camera, until {@link ViewGuard#close}.
     *
     * @param metrics of the camera
     */
    public synchronized ViewGuard guard(SourceMetrics metrics) {
        ViewGuard guard = new ViewGuard(this, metrics);
        guards.add(guard);
        if (thread == null) {
            thread = starter.apply(this::watch);
        }
        return guard;
    }

    private void watch() {
        try (GreyScaler scaler = new GreyScaler(EdgeField.WIDTH, EdgeField.HEIGHT)) {
            while (!closed) {
                for (ViewGuard guard : guards) {
                    look(guard, scaler);
                }
                LockSupport.park(this);
            }
        }
    }

    private void look(ViewGuard guard, GreyScaler scaler) {
        try {
            guard.look(scaler, grey);
        } catch (PreprocessException e) {
            guard.failed(e);
        }
    }

    LogThrottle throttle() {
        return new LogThrottle(clock, Duration.ofMinutes(1));
    }

    void wake() {
        LockSupport.unpark(thread);
    }

    void leave(ViewGuard guard) {
        guards.remove(guard);
    }

    long nowNs() {
        return clock.nanoTime();
    }

    /** Looks at nothing more. Does not wait. */
    @Override
    public void close() {
        closed = true;
        wake();
    }
}
