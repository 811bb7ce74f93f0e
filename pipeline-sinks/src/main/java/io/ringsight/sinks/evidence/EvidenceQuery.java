package io.ringsight.sinks.evidence;

import java.util.Optional;

/**
 * Which pictures somebody wants to see.
 *
 * @param source of this source
 * @param label with an object of this class that matters
 * @param fromUtcNs taken at this time or later
 * @param toUtcNs taken before it
 * @param before kept before this one
 * @param limit so many at most
 */
public record EvidenceQuery(
        Optional<String> source,
        Optional<String> label,
        long fromUtcNs,
        long toUtcNs,
        Optional<EvidenceKey> before,
        int limit) {
    /** The newest of all. */
    public static EvidenceQuery newest(int limit) {
        return new EvidenceQuery(
                Optional.empty(), Optional.empty(), Long.MIN_VALUE, Long.MAX_VALUE, Optional.empty(), limit);
    }

    boolean wants(EvidenceItem item) {
        return item.takenUtcNs() >= fromUtcNs
                && item.takenUtcNs() < toUtcNs
                && source.map(item.key().sourceId()::equals).orElse(true)
                && label.map(item.labels()::contains).orElse(true);
    }
}
