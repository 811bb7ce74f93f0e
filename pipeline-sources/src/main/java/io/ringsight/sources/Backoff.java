package io.ringsight.sources;

import io.ringsight.core.frame.GapReason;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before a source is run again: doubling from half a second to thirty, each time a random part of the
 * second half, so that cameras that failed together do not come back together. A refused password is tried from thirty
 * seconds to five minutes: many cameras lock the account after a few wrong ones.
 */
final class Backoff {
    private static final long FIRST_NS = 500_000_000L;
    private static final long LONGEST_NS = 30_000_000_000L;
    private static final long AUTH_FIRST_NS = 30_000_000_000L;
    private static final long AUTH_LONGEST_NS = 300_000_000_000L;
    private static final int MOST_DOUBLINGS = 20;

    private final DoubleSupplier random;
    private int failures;

    /** @param random uniform in 0 (included) to 1 (excluded) */
    Backoff(DoubleSupplier random) {
        this.random = random;
    }

    /** The wait after one more failure in a row. */
    long nextNs(GapReason reason) {
        boolean auth = reason == GapReason.AUTH_FAILED;
        long firstNs = auth ? AUTH_FIRST_NS : FIRST_NS;
        long longestNs = auth ? AUTH_LONGEST_NS : LONGEST_NS;
        long fullNs = Math.min(longestNs, firstNs << Math.min(failures, MOST_DOUBLINGS));
        failures++;
        return fullNs / 2 + (long) (fullNs / 2 * random.getAsDouble());
    }

    /** The source was healthy. */
    void reset() {
        failures = 0;
    }
}
