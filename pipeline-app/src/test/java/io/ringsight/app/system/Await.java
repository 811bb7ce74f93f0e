package io.ringsight.app.system;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for something another process does: looks ten times a second, and never for ever. */
final class Await {
    private static final long LOOK_EVERY_NS = 100_000_000L;

    private Await() {}

    /** Waits until {@code condition} holds; fails with {@code what} after {@code limit}. */
    static void until(String what, Duration limit, BooleanSupplier condition) {
        until(what, limit, condition, () -> "");
    }

    /** As above; {@code evidence} is asked only on failure. */
    static void until(String what, Duration limit, BooleanSupplier condition, Supplier<String> evidence) {
        long endNs = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > endNs) {
                throw new AssertionError("not within " + limit.toMillis() + " ms: " + what + evidenceOf(evidence));
            }
            LockSupport.parkNanos(LOOK_EVERY_NS);
        }
    }

    /** Lets {@code time} pass, while {@code condition} must hold all along. */
    static void whileHolds(String what, Duration time, BooleanSupplier condition) {
        long endNs = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < endNs) {
            if (!condition.getAsBoolean()) {
                throw new AssertionError("no longer holds: " + what);
            }
            LockSupport.parkNanos(LOOK_EVERY_NS);
        }
    }

    private static String evidenceOf(Supplier<String> evidence) {
        String text = evidence.get();
        return text.isEmpty() ? "" : System.lineSeparator() + text;
    }
}
