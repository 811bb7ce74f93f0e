package io.ringsight.core.run;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what another thread or process does: looks again and again, and never for ever. */
public final class Await {
    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final long FIRST_LOOK_AFTER_NS = 1_000_000;
    private static final long LOOK_EVERY_NS = 50_000_000;

    private Await() {}

    /** Waits for four minutes at most, so that a busy machine is no failure. */
    public static void until(BooleanSupplier condition) {
        until("the condition", condition);
    }

    /** As above; fails with {@code what}. */
    public static void until(String what, BooleanSupplier condition) {
        until(what, LIMIT, condition);
    }

    /** Waits until {@code condition} holds; fails with {@code what} after {@code limit}. */
    public static void until(String what, Duration limit, BooleanSupplier condition) {
        until(what, limit, condition, () -> "");
    }

    /** As above; {@code evidence} is asked only on failure. */
    public static void until(String what, Duration limit, BooleanSupplier condition, Supplier<String> evidence) {
        long endNs = System.nanoTime() + limit.toNanos();
        long pauseNs = FIRST_LOOK_AFTER_NS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > endNs) {
                throw new AssertionError(
                        "not within " + limit.toMillis() + " ms: " + what + System.lineSeparator() + evidence.get());
            }
            LockSupport.parkNanos(pauseNs);
            pauseNs = Math.min(pauseNs * 2, LOOK_EVERY_NS);
        }
    }

    /** Lets {@code time} pass, while {@code condition} must hold all along. */
    public static void whileHolds(String what, Duration time, BooleanSupplier condition) {
        long endNs = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < endNs) {
            if (!condition.getAsBoolean()) {
                throw new AssertionError("no longer holds: " + what);
            }
            LockSupport.parkNanos(LOOK_EVERY_NS);
        }
    }
}
