package io.ringsight.sinks.evidence;

import java.nio.file.Path;

/**
 * Where pictures are kept, and how many.
 *
 * @param dir of Ringsight's own
 * @param maxBytes on the disk, whole blocks; beyond it the oldest go
 * @param maxAgeSeconds older ones go
 */
public record EvidenceSpec(Path dir, long maxBytes, long maxAgeSeconds) {
    /** A few hundred pictures of an HD camera. */
    public static final long MIN_BYTES = 10_485_760;

    public static final long DEFAULT_BYTES = 10_737_418_240L;
    /** Thirty days. */
    public static final long DEFAULT_AGE_SECONDS = 2_592_000;
    /** Left free on the disk for what must not stop: spools and journals. */
    public static final long MIN_FREE_BYTES = 268_435_456;
}
