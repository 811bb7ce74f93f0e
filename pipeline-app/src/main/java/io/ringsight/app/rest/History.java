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

    private static final class OfSource {
        private final List<Span> spans = new ArrayList<>();
        private Histogram latencyUs;
        private final Map<StageTime, Histogram> stagesUs = new EnumMap<>(StageTime.class);
        private long detections;
        private long published;
        private long lost;
        private long sampledNs;
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
            OfSource known = sources.get(source);
            if (known == null) {
                sources.put(source, remember(new OfSource(), source, source.latencyUs()));
            } else {
                sample(source, known);
            }
        });
    }

    private OfSource remember(OfSource known, SourceMetrics source, Histogram latencyUs) {
        known.latencyUs = latencyUs;
        known.published = source.value(Counter.FRAMES_PUBLISHED);
        known.lost = lost(source);
        known.detections = source.value(Counter.DETECTIONS);
        for (StageTime stage : StageTime.values()) {
            known.stagesUs.put(stage, source.stageUs(stage));
        }
        known.sampledNs = status.clock().nanoTime();
        return known;
    }

    private void sample(SourceMetrics source, OfSource known) {
        double seconds = (status.clock().nanoTime() - known.sampledNs) / NS_PER_S;
        if (seconds <= 0) {
            return;
        }
        Histogram all = source.latencyUs();
        Histogram span = all.copy();
        span.subtract(known.latencyUs);
        double fps = (source.value(Counter.FRAMES_PUBLISHED) - known.published) / seconds;
        long utcMs = status.clock().epochNanos() / 1_000_000;
        known.spans.add(new Span(
                utcMs,
                fps,
                lost(source) - known.lost,
                source.value(Counter.DETECTIONS) - known.detections,
                percentiles(span),
                stages(source, known)));
        if (known.spans.size() > MAX_SPANS) {
            known.spans.remove(0);
        }
        remember(known, source, all);
    }

    private static Map<StageTime, Double> stages(SourceMetrics source, OfSource known) {
        Map<StageTime, Double> stagesMs = new EnumMap<>(StageTime.class);
        for (StageTime stage : StageTime.values()) {
            Histogram span = source.stageUs(stage);
            span.subtract(known.stagesUs.get(stage));
            if (span.getTotalCount() > 0) {
                stagesMs.put(stage, span.getValueAtPercentile(99) / US_PER_MS);
            }
        }
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
