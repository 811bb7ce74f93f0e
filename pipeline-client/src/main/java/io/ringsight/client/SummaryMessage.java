package io.ringsight.client;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What passed a source's lines and was in its zones within a span of time. Spans of a run follow each other without holes. Accounts for
 * no frames: their own messages do. Immutable.
 *
 * @param identity which message of which source it is. The last part of its {@code messageId} is {@code m} and a number:
 *     1, 2, 3 and so on among the source's summaries of a run
 * @param coverage the last frame before it, as both ends (fields {@code prevFrameSeq} and {@code frameSeq}); no gaps
 * @param span which time
 * @param lines in the order of the configuration (field {@code lines})
 * @param zones in the order of the configuration (field {@code zones})
 * @param trips from line to line (field {@code trips})
 * @param publishedAt when the message was made, by the daemon's clock (field {@code publishedAt})
 */
public record SummaryMessage(
        Identity identity,
        Coverage coverage,
        Span span,
        List<Line> lines,
        List<Zone> zones,
        List<Trip> trips,
        Instant publishedAt)
        implements Message {
    /**
     * A span of time.
     *
     * @param from its beginning, where it is known (field {@code from})
     * @param to its end, where it is known (field {@code to})
     * @param durationMs how long it is (field {@code durationMs})
     * @param missingMs how much of that nobody saw (field {@code missingMs})
     */
    public record Span(Optional<Instant> from, Optional<Instant> to, long durationMs, long missingMs) {}

    /** What crossed a line in its two directions (fields {@code line}, {@code forward} and {@code backward}). */
    public record Line(String name, Flow forward, Flow backward) {}

    /**
     * What crossed a line in one direction.
     *
     * @param count how many objects (field {@code count})
     * @param perHour that in an hour's time; what nobody saw is not guessed (field {@code perHour})
     * @param headways of how many the time since the one before is known (field {@code headways})
     * @param meanHeadwayS mean of those times, seconds (field {@code meanHeadwayS})
     * @param minHeadwayS the shortest of them (field {@code minHeadwayS})
     * @param speedShare the share of the objects whose speed is known (field {@code speedShare})
     * @param meanKmh mean of the known speeds (field {@code meanKmh})
     */
    public record Flow(
            long count,
            OptionalDouble perHour,
            long headways,
            OptionalDouble meanHeadwayS,
            OptionalDouble minHeadwayS,
            OptionalDouble speedShare,
            OptionalDouble meanKmh) {}

    /**
     * What was in a zone, of the time that was seen.
     *
     * @param name its name (field {@code zone})
     * @param occupied the share of the time in which an object was in it (field {@code occupied})
     * @param meanObjects how many were in it on average (field {@code meanObjects})
     * @param maxObjects the most at a time (field {@code maxObjects})
     * @param meanStanding how many of them had not moved for two seconds (field {@code meanStanding})
     * @param maxStanding the most at a time (field {@code maxStanding})
     * @param maxQueueM the longest distance on the ground between two of them at a time (field {@code maxQueueM})
     */
    public record Zone(
            String name,
            OptionalDouble occupied,
            OptionalDouble meanObjects,
            long maxObjects,
            OptionalDouble meanStanding,
            long maxStanding,
            OptionalDouble maxQueueM) {}

    /** So many objects crossed one line first and another last (fields {@code from}, {@code to} and {@code count}). */
    public record Trip(String from, String to, long count) {}

    public SummaryMessage {
        lines = List.copyOf(lines);
        zones = List.copyOf(zones);
        trips = List.copyOf(trips);
    }
}
