package io.ringsight.sinks;

import io.ringsight.client.Coverage;
import io.ringsight.client.Identity;
import io.ringsight.client.SummaryMessage;
import io.ringsight.core.decision.Summary;
import java.time.Instant;
import java.util.OptionalDouble;

/** A summary as consumers see it. */
final class TypedSummary {
    private static final int DECIMALS = 3;
    private static final double MS_PER_HOUR = 3.6e6;

    private TypedSummary() {}

    static SummaryMessage of(Summary summary, Identity identity, Coverage coverage, Instant now) {
        Summary.Span span = summary.span();
        return new SummaryMessage(
                identity,
                coverage,
                new SummaryMessage.Span(
                        DecisionMessages.instantIfKnown(span.fromUtcNs()),
                        DecisionMessages.instantIfKnown(span.toUtcNs()),
                        span.durationMs(),
                        span.missingMs()),
                summary.lines().stream()
                        .map(line -> new SummaryMessage.Line(
                                line.name(),
                                flow(line.forward(), span.durationMs()),
                                flow(line.backward(), span.durationMs())))
                        .toList(),
                summary.zones().stream().map(TypedSummary::zone).toList(),
                summary.trips().stream()
                        .map(trip -> new SummaryMessage.Trip(trip.from(), trip.to(), trip.count()))
                        .toList(),
                now);
    }

    private static SummaryMessage.Flow flow(Summary.Flow flow, long durationMs) {
        return new SummaryMessage.Flow(
                flow.count(),
                ifKnown(flow.count() * MS_PER_HOUR / durationMs),
                flow.headways().count(),
                ifKnown(flow.headways().meanS()),
                ifKnown(flow.headways().minS()),
                ifKnown((double) flow.speeds().known() / flow.count()),
                ifKnown(flow.speeds().meanKmh()));
    }

    private static SummaryMessage.Zone zone(Summary.ZoneUse zone) {
        return new SummaryMessage.Zone(
                zone.name(),
                ifKnown(zone.occupied()),
                ifKnown(zone.objects().mean()),
                zone.objects().max(),
                ifKnown(zone.standing().mean()),
                zone.standing().max(),
                ifKnown(zone.maxQueueM()));
    }

    /** NaN where it is not known. */
    private static OptionalDouble ifKnown(double value) {
        return Double.isFinite(value)
                ? OptionalDouble.of(DecisionMessages.rounded(value, DECIMALS))
                : OptionalDouble.empty();
    }
}
