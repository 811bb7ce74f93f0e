package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log that an engine is being built, every ten seconds that it still is, and how long it took. TensorRT's
 * own progress would say more, but its monitor cannot be implemented in Java with these presets.
 */
final class BuildProgress implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BuildProgress.class);
    private static final long INTERVAL_S = 10;
    private static final long NS_PER_S = 1_000_000_000L;

    private final Clock clock = Clock.system();
    private final long startNs = clock.nanoTime();
    private final ScheduledExecutorService timer;
    private final String what;

    BuildProgress(String what) {
        this.what = what;
        LOG.info("building the TensorRT engine of {}: takes from seconds to some minutes, once", what);
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "engine-progress");
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleAtFixedRate(
                () -> LOG.info("building the TensorRT engine of {}: {} s so far", what, seconds()),
                INTERVAL_S,
                INTERVAL_S,
                TimeUnit.SECONDS);
    }

    private long seconds() {
        return (clock.nanoTime() - startNs) / NS_PER_S;
    }

    /** The engine is there. */
    void built(long bytes) {
        LOG.info("built the TensorRT engine of {} in {} s: {} kB", what, seconds(), bytes >> 10);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
