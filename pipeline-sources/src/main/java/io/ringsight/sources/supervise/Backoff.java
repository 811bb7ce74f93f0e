package io.ringsight.sources.supervise;

import io.ringsight.core.frame.GapReason;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before a source is run again: doubling from half a second to thirty, each time a random part of the
 * second half, so that cameras that failed together do not come back together.
 *
 * <p>A refused password has a slow lane of its own: after half a minute, after a minute, then every quarter of an hour,
 * each up to half as long again. Many cameras lock the account after five wrong ones within half an hour; this is four.
 */
public final class Backoff {
    private static final long FIRST_NS = 500_000_000L;
    private static final long MAX_NS = 30_000_000_000L;
    private static final long[] AUTH_NS = {30_000_000_000L, 60_000_000_000L, 900_000_000_000L};
    private static final int MAX_DOUBLINGS = 20;

    private final DoubleSupplier random;
    private int failures;
    private int refusals;

    /** @param random uniform in 0 (included) to 1 (excluded) */
    public Backoff(DoubleSupplier random) {
        this.random = random;
    }

    /** The wait after one more failure in a row. */
    long nextNs(GapReason reason) {
        if (reason == GapReason.AUTH_FAILED) {
            long leastNs = AUTH_NS[Math.min(refusals++, AUTH_NS.length - 1)];
            return leastNs + (long) (leastNs / 2 * random.getAsDouble());
        }
        long fullNs = Math.min(MAX_NS, FIRST_NS << Math.min(failures++, MAX_DOUBLINGS));
        return fullNs / 2 + (long) (fullNs / 2 * random.getAsDouble());
    }

    /** The source was healthy. */
    void reset() {
        failures = 0;
        refusals = 0;
    }
}
