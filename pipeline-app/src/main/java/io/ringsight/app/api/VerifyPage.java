package io.ringsight.app.api;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.ringsight.app.http.Page;
import io.ringsight.client.verify.Findings;
import io.ringsight.client.verify.Judgement;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** Pages of {@code ringsight verify --follow}: what a topic alone says of the frames, for each source. */
public final class VerifyPage implements Page {
    private final Supplier<VerifyState> states;
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

    /** {@code /metrics}; {@code states} gives the newest. */
    public VerifyPage(Supplier<VerifyState> states) {
        this.states = states;
    }

    /** {@code /ready}: 200 while the topic is read, else 503 and why it is not. */
    public static Page ready(Supplier<VerifyState> states) {
        return () -> {
            VerifyState now = states.get();
            return now.isReading()
                    ? Answer.text(200, "ready\n")
                    : Answer.text(503, "not ready\n" + now.notReading() + "\n");
        };
    }

    @Override
    public Answer answer() {
        VerifyState state = states.get();
        Findings now = state.findings();
        List<MetricSnapshot> all = new ArrayList<>();
        all.add(MetricsPage.gauge(
                "ringsight_verify_reading", "1 while the topic's brokers answer.", state.isReading() ? 1 : 0));
        all.add(MetricsPage.gauge(
                "ringsight_verify_complete",
                "1 while the topic is read and every frame is in a message or a gap, once and in order.",
                state.judgement().isComplete() ? 1 : 0));
        all.add(answers(state.judgement().answer()));
        all.add(MetricsPage.gauge(
                "ringsight_verify_left_records", "Records in the topic that are not read yet.", state.left()));
        all.add(silence(state));
        all.add(MetricsPage.counter(
                "ringsight_verify_foreign_records", "Records that are no messages of Ringsight.", now.foreign()));
        all.add(MetricsPage.counter(
                "ringsight_verify_other_messages",
                "Messages that are not about frames, such as events.",
                now.others()));
        all.add(MetricsPage.counter(
                "ringsight_verify_unjudged_messages",
                "Messages of too many sources, or of runs closed long ago.",
                now.unjudged()));
        all.add(gauge(now, "unaccounted_frames", "Frames in no message and no gap.", Findings.Epoch::unaccounted));
        all.add(gauge(now, "before_frames", "Frames told of in records that are gone.", Findings.Epoch::before));
        all.add(counter(now, "frames", "Frames with a message.", Findings.Epoch::frames));
        all.add(gapFrames(now));
        all.add(counter(now, "duplicates", "Messages that came again.", Findings.Epoch::duplicates));
        all.add(counter(now, "disorder", "Messages that came after a later one.", Findings.Epoch::disorder));
        all.add(counter(now, "late_gaps", "Gap messages that could not keep their place.", Findings.Epoch::lateGaps));
        all.add(counter(now, "healed", "Frames in gaps whose messages were sent again later.", Findings.Epoch::healed));
        all.add(counter(now, "contradictions", "Messages whose counts do not add up.", Findings.Epoch::contradictions));
        all.add(counter(now, "time_jumps", "Messages whose time went back or jumped.", Findings.Epoch::timeJumps));
        ProcessMetrics.add(all);
        ByteArrayOutputStream body = new ByteArrayOutputStream(8_192);
        try {
            writer.write(body, new MetricSnapshots(all));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Answer(200, writer.getContentType(), body.toByteArray());
    }

    private static MetricSnapshot answers(Judgement.Answer answer) {
        GaugeSnapshot.Builder family =
                GaugeSnapshot.builder().name("ringsight_verify_answer").help("1 for the answer as it is now.");
        for (Judgement.Answer each : Judgement.Answer.values()) {
            family.dataPoint(MetricsPage.value(Labels.of("answer", each.wireName()), each == answer ? 1 : 0));
        }
        return family.build();
    }

    private static MetricSnapshot silence(VerifyState state) {
        GaugeSnapshot.Builder family = GaugeSnapshot.builder()
                .name("ringsight_verify_silent_seconds")
                .help("How long a source said nothing while the topic was read.");
        state.silentMs()
                .forEach(
                        (source, ms) -> family.dataPoint(MetricsPage.value(Labels.of("source", source), ms / 1_000.0)));
        return family.build();
    }

    private static Map<String, Long> bySource(Findings findings, ToLongFunction<Findings.Epoch> figure) {
        Map<String, Long> sums = new TreeMap<>();
        findings.epochs().forEach(epoch -> sums.merge(epoch.sourceId(), figure.applyAsLong(epoch), Long::sum));
        return sums;
    }

    private static MetricSnapshot gauge(
            Findings findings, String name, String help, ToLongFunction<Findings.Epoch> figure) {
        GaugeSnapshot.Builder family =
                GaugeSnapshot.builder().name("ringsight_verify_" + name).help(help);
        bySource(findings, figure)
                .forEach((source, sum) -> family.dataPoint(MetricsPage.value(Labels.of("source", source), sum)));
        return family.build();
    }

    private static MetricSnapshot counter(
            Findings findings, String name, String help, ToLongFunction<Findings.Epoch> figure) {
        CounterSnapshot.Builder family =
                CounterSnapshot.builder().name("ringsight_verify_" + name).help(help);
        bySource(findings, figure).forEach((source, sum) -> family.dataPoint(count(Labels.of("source", source), sum)));
        return family.build();
    }

    private static MetricSnapshot gapFrames(Findings findings) {
        Map<String, Map<String, Long>> sums = new TreeMap<>();
        findings.epochs()
                .forEach(epoch -> epoch.gapFrames()
                        .forEach((reason, frames) -> sums.computeIfAbsent(epoch.sourceId(), any -> new TreeMap<>())
                                .merge(reason, frames, Long::sum)));
        CounterSnapshot.Builder family = CounterSnapshot.builder()
                .name("ringsight_verify_gap_frames")
                .help("Frames counted in gaps, by reason.");
        sums.forEach((source, reasons) -> reasons.forEach(
                (reason, frames) -> family.dataPoint(count(Labels.of("source", source, "reason", reason), frames))));
        return family.build();
    }

    private static CounterDataPointSnapshot count(Labels labels, double reading) {
        return CounterDataPointSnapshot.builder().labels(labels).value(reading).build();
    }
}
