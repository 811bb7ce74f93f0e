package io.ringsight.app.api;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.ringsight.core.detect.Agreement;
import io.ringsight.core.metrics.ShadowCounter;
import io.ringsight.core.pipeline.Shadow;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** How far the shadow model agrees, for {@code /metrics}. Counters begin again where a reload changes either model. */
final class ShadowMetrics {
    private ShadowMetrics() {}

    static void add(List<MetricSnapshot> all, Shadow shadow) {
        for (ShadowCounter counter : ShadowCounter.values()) {
            all.add(MetricsPage.counter(
                    "ringsight_shadow_" + counter.metricName(),
                    counter.sentence(),
                    shadow.counters().value(counter)));
        }
        all.add(ofClasses(shadow, "matched", "Objects that the shadow model found, too.", Agreement.Counts::matched));
        all.add(ofClasses(
                shadow, "missed", "Objects published that the shadow model did not find.", Agreement.Counts::missed));
        all.add(ofClasses(
                shadow,
                "extra",
                "Objects that the shadow model found and that were not published.",
                Agreement.Counts::extra));
        all.add(ofClasses(
                shadow,
                "matched_iou_sum",
                "Overlap (IoU) of the two boxes, added up over all matched objects.",
                Agreement.Counts::iouSum));
    }

    private static MetricSnapshot ofClasses(
            Shadow shadow, String name, String sentence, ToDoubleFunction<Agreement.Counts> reading) {
        CounterSnapshot.Builder family = CounterSnapshot.builder()
                .name("ringsight_shadow_objects_" + name)
                .help(sentence);
        List<String> labels = shadow.model().labels();
        for (int i = 0; i < labels.size(); i++) {
            family.dataPoint(CounterDataPointSnapshot.builder()
                    .labels(Labels.of("class", labels.get(i)))
                    .value(reading.applyAsDouble(shadow.agreement().of(i)))
                    .build());
        }
        return family.build();
    }
}
