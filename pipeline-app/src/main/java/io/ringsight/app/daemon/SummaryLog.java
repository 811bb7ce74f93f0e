package io.ringsight.app.daemon;

import io.ringsight.app.api.Status;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * One line on how the daemon does, over the time since the line before. What is in order is short, what is not is
 * named. One thread.
 */
final class SummaryLog {
    private static final double NS_PER_S = 1e9;
    private static final double US_PER_MS = 1e3;
    private static final int MAX_NAMED = 5;
    private static final List<Counter> LOSSES = Counter.ofLosses();

    private final Status status;
    private final Clock clock;
    private final Map<SourceMetrics, long[]> countsBefore = new LinkedHashMap<>();
    private final Map<SourceMetrics, Histogram> latencyBefore = new LinkedHashMap<>();
    private final Map<String, Long> droppedBefore = new LinkedHashMap<>();
    private long beforeNs;

    SummaryLog(Status status) {
        this.status = status;
        clock = status.clock();
        beforeNs = clock.nanoTime();
    }

    /** The line. */
    String next() {
        long nowNs = clock.nanoTime();
        double seconds = Math.max(1e-3, (nowNs - beforeNs) / NS_PER_S);
        beforeNs = nowNs;
        countsBefore.keySet().retainAll(status.sources());
        latencyBefore.keySet().retainAll(status.sources());
        Map<Counter, Long> counted = countedSince();
        List<String> parts = new ArrayList<>();
        parts.add(status.liveSources() + " of " + status.sources().size() + " sources live");
        parts.add(String.format(Locale.ROOT, "%.1f fps", counted.getOrDefault(Counter.FRAMES_PUBLISHED, 0L) / seconds));
        parts.add(latency());
        parts.add(String.format(Locale.ROOT, "%.1f objects/s", counted.getOrDefault(Counter.DETECTIONS, 0L) / seconds));
        parts.add(lost(counted));
        status.sinks().forEach(sink -> parts.add(sink(sink)));
        String silent = silentSources();
        return String.join(", ", parts) + (silent.isEmpty() ? "" : "; not live: " + silent);
    }

    /** What came of it all, since the start. */
    String total() {
        long decoded = status.total(Counter.FRAMES_DECODED);
        long published = status.total(Counter.FRAMES_PUBLISHED);
        List<String> parts = new ArrayList<>();
        parts.add(String.format(Locale.ROOT, "after %.1f s", status.uptimeNs() / NS_PER_S));
        parts.add(decoded + " frames decoded");
        parts.add(published + " published");
        Map<Counter, Long> counted = new LinkedHashMap<>();
        for (Counter counter : Counter.values()) {
            counted.put(counter, status.total(counter));
        }
        parts.add(lost(counted));
        for (SinkMetrics sink : status.sinks()) {
            parts.add(sink.sinkName() + " " + sink.value(SinkCounter.ACKNOWLEDGED) + " acknowledged, "
                    + (sink.value(SinkCounter.FAILED) + sink.value(SinkCounter.DROPPED_QUEUE_FULL)) + " not published, "
                    + sink.value(SinkCounter.UNKNOWN) + " unknown");
        }
        return String.join(", ", parts);
    }

    private Map<Counter, Long> countedSince() {
        Map<Counter, Long> sums = new LinkedHashMap<>();
        for (SourceMetrics source : status.sources()) {
            long[] before = countsBefore.computeIfAbsent(source, added -> new long[Counter.values().length]);
            for (Counter counter : Counter.values()) {
                long now = source.value(counter);
                sums.merge(counter, now - before[counter.ordinal()], Long::sum);
                before[counter.ordinal()] = now;
            }
        }
        return sums;
    }

    private String latency() {
        Histogram all = null;
        for (SourceMetrics source : status.sources()) {
            Histogram now = source.latencyUs();
            Histogram since = now.copy();
            Histogram before = latencyBefore.put(source, now);
            if (before != null) {
                since.subtract(before);
            }
            if (all == null) {
                all = since;
            } else {
                all.add(since);
            }
        }
        if (all == null || all.getTotalCount() == 0) {
            return "latency -";
        }
        return String.format(
                Locale.ROOT,
                "latency p50 %.1f p99 %.1f ms",
                all.getValueAtPercentile(50) / US_PER_MS,
                all.getValueAtPercentile(99) / US_PER_MS);
    }

    private static String lost(Map<Counter, Long> counted) {
        long total = LOSSES.stream()
                .mapToLong(counter -> counted.getOrDefault(counter, 0L))
                .sum();
        long leftOut = counted.getOrDefault(Counter.FRAMES_RATE_LIMIT, 0L);
        String wanted = leftOut == 0 ? "" : ", " + leftOut + " left out by maxFps";
        if (total == 0) {
            return "none lost" + wanted;
        }
        return total + " lost ("
                + LOSSES.stream()
                        .filter(counter -> counted.getOrDefault(counter, 0L) > 0)
                        .map(counter -> counted.get(counter) + " "
                                + counter.reason().orElseThrow().wireName())
                        .collect(Collectors.joining(", "))
                + ")" + wanted;
    }

    private String sink(SinkMetrics sink) {
        long dropped = sink.value(SinkCounter.DROPPED_QUEUE_FULL) + sink.value(SinkCounter.FAILED);
        Long before = droppedBefore.put(sink.sinkName(), dropped);
        long since = dropped - (before == null ? 0 : before);
        StringBuilder text = new StringBuilder(sink.sinkName());
        if (sink.state().isFailure()) {
            text.append(' ').append(sink.state().wireName());
        }
        text.append(" lag ").append(sink.queuedMessages());
        if (since > 0) {
            text.append(" (").append(since).append(" not published)");
        }
        return text.toString();
    }

    private String silentSources() {
        List<String> silent = status.sources().stream()
                .filter(source -> !source.state().equals(Status.LIVE))
                .map(source -> status.title(source) + " (" + source.state() + ")")
                .toList();
        return silent.size() <= MAX_NAMED
                ? String.join(", ", silent)
                : String.join(", ", silent.subList(0, MAX_NAMED)) + " and " + (silent.size() - MAX_NAMED) + " more";
    }
}
