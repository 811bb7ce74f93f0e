package io.ringsight.app.systemd;

import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often systemd wants to hear from the process.
 *
 * @param limitUs microseconds of silence after which it kills the process; 0: it does not listen
 */
record Watchdog(long limitUs) {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    /** Nobody listens. */
    static final Watchdog OFF = new Watchdog(0);

    /** Whether it listens. */
    boolean isOn() {
        return limitUs > 0;
    }

    /** The watchdog that {@code WATCHDOG_USEC} describes, if {@code WATCHDOG_PID} does not name another process. */
    static Watchdog of(Map<String, String> environment, long pid) {
        String limit = environment.getOrDefault("WATCHDOG_USEC", "");
        String wanted = environment.getOrDefault("WATCHDOG_PID", "");
        if (limit.isEmpty() || !wanted.isEmpty() && !wanted.equals(Long.toString(pid))) {
            return OFF;
        }
        try {
            return new Watchdog(Math.max(0, Long.parseLong(limit)));
        } catch (NumberFormatException e) {
            LOG.warn("WATCHDOG_USEC: expected microseconds, got '{}'; the watchdog is not fed", limit);
            return OFF;
        }
    }
}
