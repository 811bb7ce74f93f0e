package io.ringsight.app.api;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;

/**
 * Latencies in the fixed buckets of a Prometheus histogram, which can be added up over daemons. What is recorded is finer:
 * a latency within 1 % of a bound may count on either side of it.
 */
final class LatencyBuckets {
    private static final long[] UP_TO_10_S_IN_US = {
        1_000,
        2_500,
        5_000,
        10_000,
        25_000,
        50_000,
        100_000,
        250_000,
        500_000,
        1_000_000,
        2_500_000,
        5_000_000,
        10_000_000
    };

    /** Of frames, from decoded to handed to the sinks. */
    static final LatencyBuckets OF_FRAMES = new LatencyBuckets();
    /** Of messages, from offered to acknowledged: a broker may be away for hours. */
    static final LatencyBuckets OF_MESSAGES = new LatencyBuckets(60_000_000, 300_000_000, 1_800_000_000);

    private static final double US_PER_S = 1e6;

    private final long[] boundsUs;

    private LatencyBuckets(long... moreUs) {
        boundsUs = LongStream.concat(LongStream.of(UP_TO_10_S_IN_US), LongStream.of(moreUs))
                .toArray();
    }

    /** One series of a histogram, of latencies in microseconds. */
    HistogramDataPointSnapshot point(Labels labels, Histogram us) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        long below = 0;
        for (long boundUs : boundsUs) {
            long upTo = us.getCountBetweenValues(0, boundUs);
            buckets.bucket(boundUs / US_PER_S, upTo - below);
            below = upTo;
        }
        buckets.bucket(Double.POSITIVE_INFINITY, us.getTotalCount() - below);
        return HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(buckets.build())
                .sum(us.getTotalCount() == 0 ? 0 : us.getMean() * us.getTotalCount() / US_PER_S)
                .build();
    }
}
