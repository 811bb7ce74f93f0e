package io.ringsight.core.decision;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import java.util.List;

/**
 * What passed a source's lines and was in its zones within a span of time. Spans of one run follow each other without holes.
 * Immutable.
 *
 * @param sourceId the source that saw it
 * @param number among the source's summaries of the run, from 1 without holes
 * @param span which time
 * @param lines in the order of the configuration
 * @param zones in the order of the configuration
 * @param trips from line to line; none where there were none
 */
public record Summary(
        SourceId sourceId, long number, Span span, List<LineUse> lines, List<ZoneUse> zones, List<Trip> trips)
        implements Decision {
    /**
     * A span of time.
     *
     * @param fromUtcNs its beginning, nanoseconds since 1970, or {@link Picture#UNKNOWN}
     * @param toUtcNs its end, or {@link Picture#UNKNOWN}
     * @param durationMs how long it is, by the source's own time
     * @param missingMs how much of that nobody saw
     */
    public record Span(long fromUtcNs, long toUtcNs, long durationMs, long missingMs) {}

    /** What crossed a line in its two directions. */
    public record LineUse(String name, Flow forward, Flow backward) {}

    /**
     * What crossed a line in one direction.
     *
     * @param count how many objects
     * @param headways times between one and the next
     * @param speeds how fast they were as they crossed
     */
    public record Flow(long count, Headways headways, Speeds speeds) {}

    /**
     * Times from one crossing to the next of the same line and direction, of which no moment is missing.
     *
     * @param count how many are known
     * @param meanS their mean in seconds, NaN where none is known
     * @param minS the shortest, NaN where none is known
     */
    public record Headways(long count, double meanS, double minS) {}

    /**
     * Speeds of those that crossed.
     *
     * @param known of how many the speed is known
     * @param meanKmh their mean, NaN where none is known
     */
    public record Speeds(long known, double meanKmh) {}

    /**
     * What was in a zone, of the time that was seen.
     *
     * @param name of the zone
     * @param occupied the share of the time in which an object was in it, NaN where nothing was seen
     * @param objects how many were in it
     * @param standing how many of them had not moved for two seconds
     * @param maxQueueM the longest distance on the ground between two of those at a time; NaN where not known
     */
    public record ZoneUse(String name, double occupied, Level objects, Level standing, double maxQueueM) {}

    /**
     * How many at a time.
     *
     * @param mean over the time that was seen, NaN where nothing was
     * @param max the highest number
     */
    public record Level(double mean, int max) {}

    /** So many objects crossed {@code from} first and {@code to} last, and are out of sight since. */
    public record Trip(String from, String to, long count) {}

    public Summary {
        lines = List.copyOf(lines);
        zones = List.copyOf(zones);
        trips = List.copyOf(trips);
    }
}
