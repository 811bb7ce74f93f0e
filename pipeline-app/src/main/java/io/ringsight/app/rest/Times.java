package io.ringsight.app.rest;

import io.ringsight.app.http.Query;
import io.ringsight.app.http.QueryException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Times in questions and answers: nanoseconds since 1970, as RFC 3339. */
final class Times {
    private Times() {}

    /** A time that a question says, or {@code otherwise}. */
    static long utcNs(Query query, String key, long otherwise) throws QueryException {
        Optional<String> text = query.text(key);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            Instant at = Instant.parse(text.get());
            return Math.addExact(TimeUnit.SECONDS.toNanos(at.getEpochSecond()), at.getNano());
        } catch (DateTimeException | ArithmeticException e) {
            throw QueryException.wrong(key + ": expected a time as in 2026-11-22T13:40:00.123Z");
        }
    }

    static String text(long utcNs) {
        return Instant.ofEpochSecond(0, utcNs).toString();
    }
}
