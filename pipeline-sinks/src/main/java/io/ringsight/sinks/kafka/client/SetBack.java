package io.ringsight.sinks.kafka.client;

import io.ringsight.core.time.Clock;
import java.util.concurrent.TimeUnit;

/**
 * Whether the wall clock was set back since a client of Kafka's was made. Kafka's clients time their waits by it: set back
 * by an hour, they wait an hour more before they connect again. One thread.
 */
public final class SetBack {
    /** Time servers correct less than this without a step. */
    private static final long STEP_NS = TimeUnit.SECONDS.toNanos(1);

    private final Clock clock;
    /** How far the wall clock was ahead of the monotonic one, at most. */
    private long aheadNs;

    /** From now on. */
    public SetBack(Clock clock) {
        this.clock = clock;
        begin();
    }

    /** From now on: there is a new client. */
    public void begin() {
        aheadNs = clock.epochNanos() - clock.nanoTime();
    }

    /** Whether it was; look now and then, or a clock that was set ahead first hides it. */
    public boolean isSeen() {
        long nowAheadNs = clock.epochNanos() - clock.nanoTime();
        aheadNs = Math.max(aheadNs, nowAheadNs);
        return nowAheadNs < aheadNs - STEP_NS;
    }
}
