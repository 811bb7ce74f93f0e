package io.ringsight.client.verify;

import java.time.Instant;
import java.util.Optional;

/** Times of messages as milliseconds since 1970: what findings hold and silences are compared in. */
final class Millis {
    /** No time is known. */
    static final long NEVER = 0;

    private Millis() {}

    static long of(Optional<Instant> time) {
        if (time.isEmpty()) {
            return NEVER;
        }
        try {
            return time.get().toEpochMilli();
        } catch (ArithmeticException expected) {
            // so far from now that it is nothing to compare
            return NEVER;
        }
    }
}
