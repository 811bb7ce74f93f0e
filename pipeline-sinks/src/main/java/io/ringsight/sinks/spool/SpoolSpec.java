package io.ringsight.sinks.spool;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where and how much a sink keeps on disk until its receiver has it.
 *
 * @param dir the sink's own directory; made if it is not there
 * @param maxBytes what the files may hold together
 * @param maxAge frames older than this are dropped
 * @param syncMs how long a message may wait to be safe from a loss of power, while the receiver does not answer
 */
public record SpoolSpec(Path dir, long maxBytes, Duration maxAge, long syncMs) {
    /** Hours of four cameras' messages. */
    public static final long DEFAULT_MAX_BYTES = 1L << 30;
    /** As long as a topic keeps its records where nobody said otherwise. */
    public static final Duration DEFAULT_MAX_AGE = Duration.ofDays(7);
    /** A disk bears it for years. */
    public static final long DEFAULT_SYNC_MS = 1_000;
    /** Room for some segments. */
    public static final long MIN_BYTES = 1L << 20;

    public SpoolSpec {
        if (maxBytes < MIN_BYTES || maxAge.isNegative() || maxAge.isZero() || syncMs < 0) {
            throw new IllegalArgumentException(
                    "a spool needs at least " + MIN_BYTES + " bytes and an age: " + maxBytes + ", " + maxAge);
        }
    }

    /** With the default bounds. */
    public SpoolSpec(Path dir) {
        this(dir, DEFAULT_MAX_BYTES, DEFAULT_MAX_AGE, DEFAULT_SYNC_MS);
    }

    /** The size at which a file is ended and the next begun: what is dropped or deleted at a time. */
    long segmentBytes() {
        return Math.max(1 << 16, Math.min(16 << 20, maxBytes / 16));
    }
}
