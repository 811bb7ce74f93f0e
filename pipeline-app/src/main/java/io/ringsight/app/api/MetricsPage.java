package io.ringsight.app.api;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.ringsight.app.cli.Version;
import io.ringsight.app.config.Config;
import io.ringsight.app.http.HttpCounter;
import io.ringsight.app.http.Page;
import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counted;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.sinks.evidence.EvidenceCounter;
import io.ringsight.sinks.evidence.EvidenceRecorder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * {@code /metrics}: everything that is counted, as Prometheus reads it. The numbers are read from the daemon's own
 * counters when the page is asked for; nothing is kept twice.
 */
public final class MetricsPage implements Page {
    private static final double NS_PER_S = 1e9;

    private final Status status;
    private final Counters<HttpCounter> http;
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

    public MetricsPage(Status status, Counters<HttpCounter> http) {
        this.status = status;
        this.http = http;
    }

    @Override
    public Answer answer() {
        List<MetricSnapshot> all = new ArrayList<>();
        all.add(build());
        all.add(models());
        all.add(gauge(
                "ringsight_ready",
                "1 when frames become messages.",
                status.notReady().isEmpty() ? 1 : 0));
        backend(all);
        status.shadow().ifPresent(shadow -> ShadowMetrics.add(all, shadow));
        all.add(reloads());
        sources(all);
        sinks(all);
        counters(all, "ringsight_", HttpCounter.values(), http);
        status.evidence().ifPresent(evidence -> evidence(all, evidence));
        ReviewMetrics.add(all, status.reviews().totals());
        ProcessMetrics.add(all);
        ByteArrayOutputStream body = new ByteArrayOutputStream(16_384);
        try {
            writer.write(body, new MetricSnapshots(all));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Answer(200, writer.getContentType(), body.toByteArray());
    }

    private static MetricSnapshot build() {
        Labels labels = Labels.of(
                "version", Version.current(), "java", Runtime.version().toString());
        return InfoSnapshot.builder()
                .name("ringsight_build")
                .help("The program's version.")
                .dataPoint(InfoDataPointSnapshot.builder().labels(labels).build())
                .build();
    }

    private MetricSnapshot models() {
        InfoSnapshot.Builder info = InfoSnapshot.builder()
                .name("ringsight_model")
                .help("The models at work; model is its name in the configuration, where it has one.");
        status.detectors()
                .forEach((name, detectors) -> info.dataPoint(InfoDataPointSnapshot.builder()
                        .labels(labels(name, detectors.current()))
                        .build()));
        return info.build();
    }

    private static Labels labels(String name, Detector detector) {
        ModelSpec spec = detector.model();
        Labels labels = Labels.of(
                "name",
                spec.name(),
                "version",
                spec.version(),
                "sha256",
                spec.weights().sha256(),
                "precision",
                spec.weights().precision(),
                "backend",
                detector.backend().name(),
                "lanes",
                Integer.toString(detector.backend().lanes().size()));
        return name.equals(Config.DEFAULT_MODEL) ? labels : labels.add("model", name);
    }

    private void backend(List<MetricSnapshot> all) {
        status.detectors().values().stream()
                .findFirst()
                .map(DetectorSwitch::metrics)
                .ifPresent(metrics -> counters(all, "ringsight_backend_", BackendCounter.values(), metrics));
    }

    private static <E extends Enum<E> & Counted> void counters(
            List<MetricSnapshot> all, String prefix, E[] kinds, Counters<E> counts) {
        for (E kind : kinds) {
            all.add(counter(prefix + kind.metricName(), kind.sentence(), counts.value(kind)));
        }
    }

    private static void evidence(List<MetricSnapshot> all, EvidenceRecorder evidence) {
        counters(all, "ringsight_", EvidenceCounter.values(), evidence.metrics());
        all.add(gauge("ringsight_evidence_bytes", "Bytes of the pictures that are kept.", evidence.bytes()));
        all.add(gauge("ringsight_evidence_pictures", "Frames whose picture is kept.", evidence.size()));
        all.add(GaugeSnapshot.builder()
                .name("ringsight_evidence_state")
                .help("1 for the state of the evidence: keeping, or why no pictures are kept.")
                .dataPoint(value(Labels.of("state", evidence.state().state().wireName()), 1))
                .build());
    }

    private MetricSnapshot reloads() {
        return CounterSnapshot.builder()
                .name("ringsight_config_reloads")
                .help("How often the configuration was reloaded, by whether it was applied or refused for mistakes.")
                .dataPoint(count(Labels.of("result", "applied"), status.reloadsApplied()))
                .dataPoint(count(Labels.of("result", "refused"), status.reloadsRefused()))
                .build();
    }

    private void sources(List<MetricSnapshot> all) {
        InfoSnapshot.Builder names = InfoSnapshot.builder()
                .name("ringsight_source")
                .help("What people call the source; only of sources that have a name.");
        status.sources()
                .forEach(source -> status.nameOf(source)
                        .ifPresent(name -> names.dataPoint(InfoDataPointSnapshot.builder()
                                .labels(Labels.of("source", source.sourceId(), "name", name.value()))
                                .build())));
        all.add(names.build());
        for (Counter counter : Counter.values()) {
            CounterSnapshot.Builder family = CounterSnapshot.builder()
                    .name("ringsight_" + counter.metricName())
                    .help(counter.sentence());
            status.sources().forEach(source -> family.dataPoint(count(ofSource(source), source.value(counter))));
            all.add(family.build());
        }
        all.add(ofSources(
                "ringsight_source_live",
                "1 while the source gives frames.",
                source -> source.state().equals(Status.LIVE) ? 1 : 0));
        GaugeSnapshot.Builder states = GaugeSnapshot.builder()
                .name("ringsight_source_state")
                .help("1 for the state the source is in: live, or why it gives no frames.");
        status.sources()
                .forEach(source ->
                        states.dataPoint(value(Labels.of("source", source.sourceId(), "state", source.state()), 1)));
        all.add(states.build());
        long nowNs = status.clock().nanoTime();
        all.add(ofSources(
                "ringsight_last_frame_age_seconds",
                "Time since the source's last frame was published; NaN before the first.",
                source -> source.lastFrameNs() == Long.MIN_VALUE
                        ? Double.NaN
                        : (nowNs - source.lastFrameNs()) / NS_PER_S));
        HistogramSnapshot.Builder latency = HistogramSnapshot.builder()
                .name("ringsight_latency_seconds")
                .help("From decoded to handed to the sinks, over all frames since the start.");
        status.sources()
                .forEach(source ->
                        latency.dataPoint(LatencyBuckets.OF_FRAMES.point(ofSource(source), source.latencyUs())));
        all.add(latency.build());
    }

    private void sinks(List<MetricSnapshot> all) {
        for (SinkCounter counter : SinkCounter.values()) {
            CounterSnapshot.Builder family = CounterSnapshot.builder()
                    .name("ringsight_sink_" + counter.metricName())
                    .help(counter.sentence());
            status.sinks().forEach(sink -> family.dataPoint(count(ofSink(sink), sink.value(counter))));
            all.add(family.build());
        }
        GaugeSnapshot.Builder states =
                GaugeSnapshot.builder().name("ringsight_sink_state").help("1 for the state the sink is in.");
        GaugeSnapshot.Builder messages = GaugeSnapshot.builder()
                .name("ringsight_sink_queue_messages")
                .help("Messages taken and not acknowledged yet.");
        GaugeSnapshot.Builder bytes =
                GaugeSnapshot.builder().name("ringsight_sink_queue_bytes").help("Bytes of these messages.");
        HistogramSnapshot.Builder ack = HistogramSnapshot.builder()
                .name("ringsight_sink_ack_seconds")
                .help("From offered to acknowledged, over all messages since the start.");
        GaugeSnapshot.Builder spoolMessages = GaugeSnapshot.builder()
                .name("ringsight_sink_spool_messages")
                .help("Messages in the spool on disk that are not acknowledged yet.");
        GaugeSnapshot.Builder spoolBytes =
                GaugeSnapshot.builder().name("ringsight_sink_spool_bytes").help("Bytes the spool holds on disk.");
        GaugeSnapshot.Builder spoolAge = GaugeSnapshot.builder()
                .name("ringsight_sink_spool_oldest_age_seconds")
                .help("Age of the oldest message in the spool; 0 when there is none.");
        long nowUtcNs = status.clock().epochNanos();
        for (SinkMetrics sink : status.sinks()) {
            states.dataPoint(value(
                    Labels.of("sink", sink.sinkName(), "state", sink.state().wireName()), 1));
            messages.dataPoint(value(ofSink(sink), sink.queuedMessages()));
            bytes.dataPoint(value(ofSink(sink), sink.queuedBytes()));
            ack.dataPoint(LatencyBuckets.OF_MESSAGES.point(ofSink(sink), sink.ackLatencyUs()));
            spoolMessages.dataPoint(value(ofSink(sink), sink.spoolMessages()));
            spoolBytes.dataPoint(value(ofSink(sink), sink.spoolBytes()));
            long oldestUtcNs = sink.spoolOldestUtcNs();
            spoolAge.dataPoint(
                    value(ofSink(sink), oldestUtcNs == 0 ? 0 : Math.max(0, nowUtcNs - oldestUtcNs) / NS_PER_S));
        }
        all.addAll(List.of(states.build(), messages.build(), bytes.build(), ack.build()));
        all.addAll(List.of(spoolMessages.build(), spoolBytes.build(), spoolAge.build()));
    }

    private MetricSnapshot ofSources(String name, String help, ToDoubleFunction<SourceMetrics> reading) {
        GaugeSnapshot.Builder family = GaugeSnapshot.builder().name(name).help(help);
        status.sources().forEach(source -> family.dataPoint(value(ofSource(source), reading.applyAsDouble(source))));
        return family.build();
    }

    static MetricSnapshot gauge(String name, String help, double reading) {
        return GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(value(Labels.EMPTY, reading))
                .build();
    }

    static MetricSnapshot counter(String name, String help, double reading) {
        return CounterSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(count(Labels.EMPTY, reading))
                .build();
    }

    private static Labels ofSource(SourceMetrics source) {
        return Labels.of("source", source.sourceId());
    }

    private static Labels ofSink(SinkMetrics sink) {
        return Labels.of("sink", sink.sinkName());
    }

    private static CounterDataPointSnapshot count(Labels labels, double reading) {
        return CounterDataPointSnapshot.builder().labels(labels).value(reading).build();
    }

    static GaugeDataPointSnapshot value(Labels labels, double reading) {
        return GaugeDataPointSnapshot.builder().labels(labels).value(reading).build();
    }
}
