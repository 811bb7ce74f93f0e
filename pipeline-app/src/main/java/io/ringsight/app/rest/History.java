package io.ringsight.app.rest;

import io.ringsight.app.api.Status;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.metrics.StageTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * How each source did in the last twenty minutes, in spans of five seconds. {@link #sample()} is called at the end of each,
 * so that frames cost nothing for it. Any thread.
 */
public final class History {
    /** Between two samples. */
    public static final int PERIOD_SECONDS = 5;

    private static final int MAX_SPANS = 240;
    private static final double NS_PER_S = 1e9;
    private static final double US_PER_MS = 1e3;

    private static final List<Counter> LOSSES = Counter.ofLosses();

    /**
     * What happened in one span.
     *
     * @param utcMs its end, milliseconds since 1970
     * @param fps frames published, a second
     * @param lostFrames frames lost, those that {@code maxFps} leaves out apart
     * @param detections objects in published messages
     * @param latencyMs from decoded to published: median, 99th percentile and longest; null without frames
     * @param stagesMs 99th percentile of the time in each stage; null without frames
     */
    record Span(
            long utcMs,
            double fps,
            long lostFrames,
            long detections,
            double[] latencyMs,
            Map<StageTime, Double> stagesMs) {}

    /** What a source had counted at one moment: a span is what lies between two, so nothing counted falls between spans. */
    private record Counts(
            long sampledNs,
            long published,
            long lost,
            long detections,
            Histogram latencyUs,
            Map<StageTime, Histogram> stagesUs) {
        static Counts of(SourceMetrics source, long nowNs) {
            Map<StageTime, Histogram> stagesUs = new EnumMap<>(StageTime.class);
            for (StageTime stage : StageTime.values()) {
                stagesUs.put(stage, source.stageUs(stage));
            }
            return new Counts(
                    nowNs,
                    source.value(Counter.FRAMES_PUBLISHED),
                    History.lost(source),
                    source.value(Counter.DETECTIONS),
                    source.latencyUs(),
                    stagesUs);
        }
    }

    private static final class OfSource {
        private final List<Span> spans = new ArrayList<>();
        private Counts counts;

        OfSource(Counts counts) {
            this.counts = counts;
        }
    }

    private final Status status;
    private final Map<SourceMetrics, OfSource> sources = new IdentityHashMap<>();

    public History(Status status) {
        this.status = status;
    }

    /** Ends a span of every source, and forgets sources that are gone. */
    public synchronized void sample() {
        List<SourceMetrics> now = status.sources();
        sources.keySet().removeIf(source -> !now.contains(source));
        now.forEach(source -> {
            Counts counts = Counts.of(source, status.clock().nanoTime());
            OfSource known = sources.putIfAbsent(source, new OfSource(counts));
            if (known != null) {
                sample(known, counts);
            }
        });
    }

    private void sample(OfSource known, Counts now) {
        Counts before = known.counts;
        double seconds = (now.sampledNs() - before.sampledNs()) / NS_PER_S;
        if (seconds <= 0) {
            return;
        }
        known.spans.add(new Span(
                status.clock().epochNanos() / 1_000_000,
                (now.published() - before.published()) / seconds,
                now.lost() - before.lost(),
                now.detections() - before.detections(),
                percentiles(between(before.latencyUs(), now.latencyUs())),
                stages(before, now)));
        if (known.spans.size() > MAX_SPANS) {
            known.spans.remove(0);
        }
        known.counts = now;
    }

    private static Histogram between(Histogram before, Histogram now) {
        Histogram span = now.copy();
        span.subtract(before);
        return span;
    }

    private static Map<StageTime, Double> stages(Counts before, Counts now) {
        Map<StageTime, Double> stagesMs = new EnumMap<>(StageTime.class);
        now.stagesUs().forEach((stage, all) -> {
            Histogram span = between(before.stagesUs().get(stage), all);
            if (span.getTotalCount() > 0) {
                stagesMs.put(stage, span.getValueAtPercentile(99) / US_PER_MS);
            }
        });
        return stagesMs.isEmpty() ? null : stagesMs;
    }

    /** Median, 99th percentile and longest in milliseconds; null of nothing. */
    static double[] percentiles(Histogram us) {
        return us.getTotalCount() == 0
                ? null
                : new double[] {
                    us.getValueAtPercentile(50) / US_PER_MS,
                    us.getValueAtPercentile(99) / US_PER_MS,
                    us.getMaxValue() / US_PER_MS
                };
    }

    /** Frames lost since the start, those that {@code maxFps} leaves out apart. */
    static long lost(SourceMetrics source) {
        return LOSSES.stream().mapToLong(source::value).sum();
    }

    /** The same by what became of them. */
    static Map<String, Object> losses(SourceMetrics source) {
        Map<String, Object> losses = new LinkedHashMap<>();
        LOSSES.forEach(counter -> losses.put(counter.reason().orElseThrow().wireName(), source.value(counter)));
        return losses;
    }

    /** The spans of a source, the oldest first; nothing before the first sample. */
    synchronized List<Span> of(SourceMetrics source) {
        OfSource known = sources.get(source);
        return known == null ? List.of() : List.copyOf(known.spans);
    }

    /** The newest span. */
    Optional<Span> newest(SourceMetrics source) {
        List<Span> spans = of(source);
        return spans.isEmpty() ? Optional.empty() : Optional.of(spans.get(spans.size() - 1));
    }
}
