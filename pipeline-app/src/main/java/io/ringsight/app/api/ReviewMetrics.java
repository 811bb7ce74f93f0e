package io.ringsight.app.api;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.ringsight.sinks.review.ReviewState;
import io.ringsight.sinks.review.ReviewTotals;
import java.util.List;
import java.util.Map;

/** What people say of verdicts, for the metrics page. Gauges, since a person may change his mind. */
final class ReviewMetrics {
    private ReviewMetrics() {}

    static void add(List<MetricSnapshot> all, Map<String, ReviewTotals> sources) {
        GaugeSnapshot.Builder defects = GaugeSnapshot.builder()
                .name("ringsight_reviewed_defects")
                .help("Defects that people looked at, by class and by what they found; missed: not reported.");
        GaugeSnapshot.Builder falseCalls = GaugeSnapshot.builder()
                .name("ringsight_false_call_ratio")
                .help("Of the defects that were reported and looked at, the share that was not there.");
        GaugeSnapshot.Builder escapes = GaugeSnapshot.builder()
                .name("ringsight_escape_ratio")
                .help("Of the defects that people know of, the share that was not reported.");
        sources.forEach((source, totals) -> totals.classes().forEach((label, counts) -> {
            Labels labels = Labels.of("source", source, "class", label);
            for (ReviewState state : ReviewState.values()) {
                if (state != ReviewState.NOT_VERIFIED) {
                    defects.dataPoint(MetricsPage.value(labels.add("state", state.wireName()), counts.of(state)));
                }
            }
            defects.dataPoint(MetricsPage.value(labels.add("state", "missed"), counts.missed()));
            falseCalls.dataPoint(MetricsPage.value(labels, counts.falseCallRate()));
            escapes.dataPoint(MetricsPage.value(labels, counts.escapeRate()));
        }));
        all.addAll(List.of(defects.build(), falseCalls.build(), escapes.build()));
    }
}
