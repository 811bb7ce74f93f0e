package io.ringsight.sinks;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what another thread or process does: looks again and again, and never for ever. */
public final class Await {
    private static final long LOOK_EVERY_NS = 5_000_000L;

    private Await() {}

    /** Waits at most a minute, so that a busy machine is no failure, until {@code condition} holds. */
    public static void until(String what, BooleanSupplier condition) {
        until(what, Duration.ofSeconds(60), condition, () -> "");
    }

    /** Waits until {@code condition} holds; fails with {@code what} and {@code evidence} after {@code limit}. */
    public static void until(String what, Duration limit, BooleanSupplier condition, Supplier<String> evidence) {
        long endNs = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > endNs) {
                throw new AssertionError("not within " + limit.toMillis() + " ms: " + what + " " + evidence.get());
            }
            LockSupport.parkNanos(LOOK_EVERY_NS);
        }
    }
}
