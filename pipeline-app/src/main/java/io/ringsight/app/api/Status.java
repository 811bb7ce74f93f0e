package io.ringsight.app.api;

import io.ringsight.app.config.HttpConfig;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.frame.SourceName;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.Shadow;
import io.ringsight.core.time.Clock;
import io.ringsight.sinks.SourceNames;
import io.ringsight.sinks.evidence.EvidenceRecorder;
import io.ringsight.sinks.review.Reviews;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;

/**
 * What the running daemon knows of itself: read by the pages and the summary in the log. Thread-safe.
 */
public final class Status {
    /** The state of a source that gives frames. */
    public static final String LIVE = "live";

    /** The state of a source that somebody paused. */
    public static final String PAUSED = "paused";

    private final Clock clock;
    private final long startedNs;
    private volatile List<SourceMetrics> sources = List.of();
    private volatile List<SourceId> configured = List.of();
    private volatile List<SourceId> paused = List.of();
    /** What sources counted that are not there any more, by counter. */
    private final AtomicLongArray ofRemovedSources = new AtomicLongArray(Counter.values().length);

    private final List<SinkMetrics> sinks = new CopyOnWriteArrayList<>();
    private final Reviews reviews;
    private final SourceNames sourceNames = new SourceNames();
    private volatile Map<String, DetectorSwitch> detectors = Map.of();
    private volatile Optional<Shadow> shadow = Optional.empty();
    private volatile Supplier<Optional<String>> misread = Optional::empty;
    private volatile Optional<EvidenceRecorder> evidence = Optional.empty();
    private volatile boolean started;
    private volatile boolean stopping;
    private volatile String failure = "";
    private volatile long publishTimeoutNs = TimeUnit.SECONDS.toNanos(HttpConfig.DEFAULT_PUBLISH_TIMEOUT_SECONDS);
    private final AtomicLong reloadsApplied = new AtomicLong();
    private final AtomicLong reloadsRefused = new AtomicLong();

    public Status(Clock clock) {
        this.clock = clock;
        startedNs = clock.nanoTime();
        reviews = new Reviews(clock);
    }

    /** From when on a sink that publishes nothing, although it should, makes the daemon not ready. */
    public void publishTimeout(Duration limit) {
        publishTimeoutNs = limit.toNanos();
    }

    /** These are the sources now; those that were and are not have stopped. One thread at a time. */
    public void sources(List<SourceMetrics> now) {
        for (SourceMetrics before : sources) {
            if (!now.contains(before)) {
                for (Counter counter : Counter.values()) {
                    ofRemovedSources.addAndGet(counter.ordinal(), before.value(counter));
                }
            }
        }
        sources = List.copyOf(now);
    }

    /** The sources of the configuration, and those of them that are paused: not opened for now. */
    public void paused(List<SourceId> all, List<SourceId> now) {
        configured = List.copyOf(all);
        paused = List.copyOf(now);
    }

    /** Ids of the sources that run or are paused, in the configuration's order. */
    public List<String> sourceIds() {
        Set<String> ids = new LinkedHashSet<>();
        configured.forEach(id -> ids.add(id.value()));
        ids.removeIf(id -> stateOf(id) == null);
        sources.forEach(source -> ids.add(source.sourceId()));
        return List.copyOf(ids);
    }

    /** A count over all sources since the start, those included that were removed. */
    public long total(Counter counter) {
        return ofRemovedSources.get(counter.ordinal())
                + sources.stream().mapToLong(source -> source.value(counter)).sum();
    }

    /** A sink was wired. */
    public void add(SinkMetrics sink) {
        sinks.add(sink);
    }

    /** Who keeps pictures of frames that matter, if somebody does. */
    public void evidence(Optional<EvidenceRecorder> recorder) {
        evidence = recorder;
    }

    /** As set; none before. */
    public Optional<EvidenceRecorder> evidence() {
        return evidence;
    }

    /** The last verdicts, and what people say of them. */
    public Reviews reviews() {
        return reviews;
    }

    /** A model is loaded and warm, and at work by this name. One thread at a time. */
    public void loaded(String name, DetectorSwitch loaded) {
        Map<String, DetectorSwitch> now = new LinkedHashMap<>(detectors);
        now.put(name, loaded);
        detectors = Collections.unmodifiableMap(now);
    }

    /** The model of this name is not at work any more. One thread at a time, the same as {@link #loaded}. */
    public void unloaded(String name) {
        Map<String, DetectorSwitch> now = new LinkedHashMap<>(detectors);
        now.remove(name);
        detectors = Collections.unmodifiableMap(now);
    }

    /** What computes some of the frames once more from now on, if anything does. */
    public void shadow(Optional<Shadow> now) {
        shadow = now;
    }

    /** What computes some of the frames once more, if anything does. */
    public Optional<Shadow> shadow() {
        return shadow;
    }

    /** Where to ask why the model's output cannot be believed. */
    public void misread(Supplier<Optional<String>> reason) {
        misread = reason;
    }

    /** The configuration was reloaded, and taken or refused. */
    public void reloaded(boolean applied) {
        (applied ? reloadsApplied : reloadsRefused).incrementAndGet();
    }

    /** How often the configuration was reloaded and taken. */
    public long reloadsApplied() {
        return reloadsApplied.get();
    }

    /** How often the configuration was reloaded and refused for its mistakes. */
    public long reloadsRefused() {
        return reloadsRefused.get();
    }

    /** The model, the sinks and the sources were started; cameras and brokers may still be away. */
    public void started() {
        started = true;
    }

    /** What is not started yet; empty from {@link #started()} on. */
    public List<String> notStarted() {
        if (started) {
            return List.of();
        }
        return List.of(detectors.isEmpty() ? "the model is loading" : "sinks and sources are being started");
    }

    /** The daemon is about to end. */
    public void stopping() {
        stopping = true;
    }

    /** Something failed that must not, and the daemon ends. */
    public void failed(String why) {
        failure = why;
    }

    /** What computes, by the models' names, once it is loaded. */
    public Map<String, DetectorSwitch> detectors() {
        return detectors;
    }

    /** In the configuration's order. */
    public List<SourceMetrics> sources() {
        return sources;
    }

    /** What a source counts, if it runs. */
    public Optional<SourceMetrics> source(String sourceId) {
        return sources.stream()
                .filter(source -> source.sourceId().equals(sourceId))
                .findFirst();
    }

    /** The state of a source by its id; null if there is none. */
    public String stateOf(String sourceId) {
        boolean isPaused = paused.stream().anyMatch(id -> id.value().equals(sourceId));
        return source(sourceId).map(SourceMetrics::state).orElse(isPaused ? PAUSED : null);
    }

    /** What people call the sources. */
    public SourceNames sourceNames() {
        return sourceNames;
    }

    /** In the configuration's order. */
    public List<SinkMetrics> sinks() {
        return sinks;
    }

    /** The clock all times here are by. */
    public Clock clock() {
        return clock;
    }

    /** Nanoseconds since the daemon began to start. */
    public long uptimeNs() {
        return clock.nanoTime() - startedNs;
    }

    /** How many sources give frames. */
    public long liveSources() {
        return sources.stream().filter(source -> source.state().equals(LIVE)).count();
    }

    /** How it does, in one line: whether it is ready and how many sources are live. */
    public String sentence() {
        List<String> reasons = notReady();
        String live = liveSources() + " of " + sources.size() + " sources live";
        return reasons.isEmpty() ? "ready, " + live : "not ready, " + live + ": " + String.join("; ", reasons);
    }

    /** Why work cannot be given to the daemon, one sentence each; empty when it is ready. */
    public List<String> notReady() {
        List<String> reasons = new ArrayList<>();
        if (stopping) {
            reasons.add("stopping");
        }
        if (!failure.isEmpty()) {
            reasons.add(failure);
        }
        if (detectors.isEmpty()) {
            reasons.add("the model is loading");
        }
        misread.get().ifPresent(reasons::add);
        if (liveSources() == 0) {
            reasons.add(sources.isEmpty() && paused.isEmpty() ? "there is no source yet" : "no source is live");
            paused.forEach(source -> reasons.add("source " + source.value() + " is paused"));
            sources.forEach(source -> reasons.add("source " + title(source) + " is " + source.state()));
        }
        for (SinkMetrics sink : sinks) {
            if (sink.state().isFailure()) {
                String detail = sink.detail().isEmpty() ? sink.state().sentence() : sink.detail();
                reasons.add("sink " + sink.sinkName() + " is " + sink.state().wireName() + ": " + detail);
            } else if (sink.stuckNs(clock.nanoTime(), startedNs) > publishTimeoutNs) {
                reasons.add(stuck(sink));
            }
        }
        return reasons;
    }

    /** What people call a source, if they do. */
    public Optional<SourceName> nameOf(SourceMetrics source) {
        return sourceNames.of(new SourceId(source.sourceId()));
    }

    /** A source's id, and in quotes what people call it if they do. */
    public String title(SourceMetrics source) {
        return SourceName.title(new SourceId(source.sourceId()), nameOf(source));
    }

    private String stuck(SinkMetrics sink) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(sink.stuckNs(clock.nanoTime(), startedNs));
        return "sink " + sink.sinkName() + " has published nothing for " + seconds + " s: " + sink.queuedMessages()
                + " messages wait, " + sink.value(SinkCounter.FAILED) + " were refused so far";
    }
}
