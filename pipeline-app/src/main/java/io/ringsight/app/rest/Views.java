package io.ringsight.app.rest;

import io.ringsight.app.api.Status;
import io.ringsight.app.cli.Version;
import io.ringsight.core.detect.Agreement;
import io.ringsight.core.detector.Detector;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.frame.SourceName;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.ShadowCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.metrics.StageTime;
import io.ringsight.core.pipeline.Shadow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What the API tells of the daemon, its sources, sinks and models, as values to be written as JSON. */
final class Views {
    private static final double NS_PER_S = 1e9;

    private Views() {}

    static Map<String, Object> status(Status status) {
        Map<String, Object> view = new LinkedHashMap<>();
        List<String> reasons = status.notReady();
        view.put("version", Version.current());
        view.put("started", status.notStarted().isEmpty());
        view.put("ready", reasons.isEmpty());
        view.put("reasons", reasons);
        view.put("uptimeSeconds", status.uptimeNs() / NS_PER_S);
        view.put("sources", status.sourceIds().size());
        view.put("liveSources", status.liveSources());
        view.put("framesDecoded", status.total(Counter.FRAMES_DECODED));
        view.put("framesPublished", status.total(Counter.FRAMES_PUBLISHED));
        view.put("detections", status.total(Counter.DETECTIONS));
        view.put("sinks", status.sinks().stream().map(Views::sink).toList());
        view.put("evidence", status.evidence().map(EvidenceApi::state).orElse(null));
        return view;
    }

    private static Map<String, Object> sink(SinkMetrics sink) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("name", sink.sinkName());
        view.put("state", sink.state().wireName());
        view.put("meaning", sink.detail().isEmpty() ? sink.state().sentence() : sink.detail());
        view.put("queuedMessages", sink.queuedMessages());
        view.put("spoolMessages", sink.spoolMessages());
        view.put("spoolBytes", sink.spoolBytes());
        return view;
    }

    /** A source that runs or is paused. */
    static Map<String, Object> source(String id, Status status, History history) {
        Map<String, Object> view = new LinkedHashMap<>();
        String state = Objects.requireNonNullElse(status.stateOf(id), Status.PAUSED);
        SourceAdvice advice = SourceAdvice.of(state);
        view.put("id", id);
        view.put(
                "name",
                status.sourceNames().of(new SourceId(id)).map(SourceName::value).orElse(null));
        view.put("state", state);
        view.put("meaning", advice.meaning());
        view.put("advice", advice.advice());
        Optional<SourceMetrics> runs = status.source(id);
        long lastNs = runs.map(SourceMetrics::lastFrameNs).orElse(Long.MIN_VALUE);
        Optional<History.Span> newest = runs.flatMap(history::newest);
        view.put(
                "lastFrameAgeSeconds",
                lastNs == Long.MIN_VALUE ? null : (status.clock().nanoTime() - lastNs) / NS_PER_S);
        view.put("fps", newest.map(History.Span::fps).orElse(null));
        view.put("latencyMs", latency(newest.map(History.Span::latencyMs).orElse(null)));
        view.put("framesDecoded", count(runs, Counter.FRAMES_DECODED));
        view.put("framesPublished", count(runs, Counter.FRAMES_PUBLISHED));
        view.put("framesLost", runs.map(History::lost).orElse(0L));
        view.put("losses", runs.map(History::losses).orElse(Map.of()));
        view.put("framesRateLimited", count(runs, Counter.FRAMES_RATE_LIMIT));
        view.put("detections", count(runs, Counter.DETECTIONS));
        view.put("gaps", count(runs, Counter.GAPS));
        return view;
    }

    private static long count(Optional<SourceMetrics> source, Counter counter) {
        return source.map(counts -> counts.value(counter)).orElse(0L);
    }

    /** Of median, 99th percentile and longest. */
    private static Map<String, Object> latency(double[] ms) {
        if (ms == null) {
            return null;
        }
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("p50", ms[0]);
        view.put("p99", ms[1]);
        view.put("max", ms[2]);
        return view;
    }

    static Map<String, Object> span(History.Span span) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("utcMs", span.utcMs());
        view.put("fps", span.fps());
        view.put("framesLost", span.lostFrames());
        view.put("detections", span.detections());
        view.put("latencyMs", latency(span.latencyMs()));
        view.put("stagesMs", stages(span.stagesMs()));
        return view;
    }

    private static Map<String, Object> stages(Map<StageTime, Double> ms) {
        if (ms == null) {
            return null;
        }
        Map<String, Object> view = new LinkedHashMap<>();
        for (StageTime stage : StageTime.values()) {
            view.put(stage.wireName(), ms.get(stage));
        }
        return view;
    }

    static List<Map<String, Object>> models(Status status) {
        return status.detectors().entrySet().stream()
                .map(each -> model(each.getKey(), each.getValue().current()))
                .toList();
    }

    /** How far the shadow model agrees; null if there is none. */
    static Map<String, Object> shadow(Status status) {
        return status.shadow().map(Views::shadow).orElse(null);
    }

    private static Map<String, Object> shadow(Shadow shadow) {
        Map<String, Object> view = new LinkedHashMap<>();
        List<String> labels = shadow.model().labels();
        view.put("name", shadow.model().name());
        view.put("version", shadow.model().version());
        view.put("sha256", shadow.model().weights().sha256());
        view.put("framesCompared", shadow.counters().value(ShadowCounter.FRAMES_COMPARED));
        view.put("framesDropped", shadow.counters().value(ShadowCounter.FRAMES_DROPPED));
        view.put("framesFailed", shadow.counters().value(ShadowCounter.FRAMES_FAILED));
        view.put("total", agreement(shadow.agreement().total()));
        Map<String, Object> classes = new LinkedHashMap<>();
        for (int i = 0; i < labels.size(); i++) {
            classes.put(labels.get(i), agreement(shadow.agreement().of(i)));
        }
        view.put("classes", classes);
        return view;
    }

    private static Map<String, Object> agreement(Agreement.Counts counts) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("matched", counts.matched());
        view.put("missed", counts.missed());
        view.put("extra", counts.extra());
        view.put("meanIou", counts.matched() == 0 ? null : counts.meanIou());
        return view;
    }

    private static Map<String, Object> model(String id, Detector detector) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", id);
        view.put("name", detector.model().name());
        view.put("version", detector.model().version());
        view.put("sha256", detector.model().weights().sha256());
        view.put("precision", detector.model().weights().precision());
        view.put("width", detector.model().input().width());
        view.put("height", detector.model().input().height());
        view.put("labels", detector.model().labels());
        view.put("backend", detector.backend().name());
        view.put("lanes", detector.backend().lanes().size());
        return view;
    }
}
