package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.run.Ticker;
import io.ringsight.core.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log that an engine is being built, every ten seconds that it still is, and how long it took. TensorRT's
 * own progress would say more, but its monitor cannot be implemented in Java with these presets.
 */
final class BuildProgress implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BuildProgress.class);
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final long NS_PER_S = 1_000_000_000L;

    private final Clock clock = Clock.system();
    private final long startNs = clock.nanoTime();
    private final Ticker ticker;
    private final String what;

    BuildProgress(String what) {
        this.what = what;
        LOG.info("building the TensorRT engine of {}: takes from seconds to some minutes, once", what);
        ticker = Ticker.start(
                "engine-progress",
                INTERVAL,
                () -> LOG.info("building the TensorRT engine of {}: {} s so far", what, seconds()));
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
        ticker.close();
    }
}
