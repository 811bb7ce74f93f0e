package io.ringsight.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.api.Status;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SinkCounter;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.metrics.SinkState;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.time.ManualClock;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SummaryLogTest {
    private final ManualClock clock = new ManualClock(0);
    private final Status status = new Status(clock);
    private final SourceMetrics line1 = new SourceMetrics("line1");
    private final SourceMetrics line2 = new SourceMetrics("line2");
    private final SinkMetrics kafka = new SinkMetrics("kafka:detections");
    private final SummaryLog summary = new SummaryLog(status);

    @Test
    void saysLittleWhenAllIsWell() {
        status.sources(List.of(line1));
        status.add(kafka);
        line1.state(Status.LIVE);
        kafka.state(SinkState.READY, "");
        line1.count(Counter.FRAMES_PUBLISHED, 250);
        line1.count(Counter.DETECTIONS, 500);
        for (int i = 0; i < 250; i++) {
            line1.recordLatencyNs(20_000_000);
        }
        clock.advanceMs(10_000);

        assertThat(summary.next())
                .matches("1 of 1 sources live, 25\\.0 fps, latency p50 20\\.\\d p99 20\\.\\d ms, 50\\.0 objects/s,"
                        + " none lost, kafka:detections lag 0");
    }

    @Test
    void namesWhatIsWrong() {
        status.sources(List.of(line1, line2));
        status.add(kafka);
        line1.state(Status.LIVE);
        line2.state("auth-failed");
        kafka.state(SinkState.UNREACHABLE, "");
        kafka.queued(1_500, 1_000_000);
        kafka.count(SinkCounter.DROPPED_QUEUE_FULL, 30);
        line1.count(Counter.FRAMES_OVERLOAD, 10);
        line1.count(Counter.FRAMES_LATE, 2);
        clock.advanceMs(10_000);

        assertThat(summary.next())
                .isEqualTo("1 of 2 sources live, 0.0 fps, latency -, 0.0 objects/s, 12 lost (10 overload, 2 late),"
                        + " kafka:detections unreachable lag 1500 (30 not published); not live: line2 (auth-failed)");
    }

    @Test
    void tellsEachLineOfTheTimeSinceTheLineBefore() {
        status.sources(List.of(line1));
        line1.state(Status.LIVE);
        line1.count(Counter.FRAMES_PUBLISHED, 100);
        line1.recordLatencyNs(500_000_000);
        clock.advanceMs(10_000);
        summary.next();
        line1.count(Counter.FRAMES_PUBLISHED, 50);
        line1.recordLatencyNs(5_000_000);
        clock.advanceMs(5_000);

        assertThat(summary.next())
                .matches("1 of 1 sources live, 10\\.0 fps, latency p50 5\\.\\d p99 5\\.\\d ms, 0\\.0 objects/s,"
                        + " none lost");
    }

    @Test
    void namesFiveSilentSourcesAtMost() {
        status.sources(IntStream.rangeClosed(1, 8)
                .mapToObj(i -> new SourceMetrics("cam" + i))
                .toList());

        assertThat(summary.next())
                .endsWith("; not live: cam1 (connecting), cam2 (connecting), cam3 (connecting), cam4 (connecting),"
                        + " cam5 (connecting) and 3 more");
    }

    @Test
    void totalAccountsForEveryFrameAndMessage() {
        status.sources(List.of(line1, line2));
        status.add(kafka);
        line1.count(Counter.FRAMES_DECODED, 100);
        line1.count(Counter.FRAMES_PUBLISHED, 80);
        line1.count(Counter.FRAMES_RATE_LIMIT, 15);
        line2.count(Counter.FRAMES_CORRUPT, 5);
        kafka.count(SinkCounter.ACKNOWLEDGED, 70);
        kafka.count(SinkCounter.FAILED, 7);
        kafka.count(SinkCounter.UNKNOWN, 3);
        clock.advanceMs(12_340);

        assertThat(summary.total())
                .isEqualTo("after 12.3 s, 100 frames decoded, 80 published, 5 lost (5 corrupt), 15 left out by maxFps,"
                        + " kafka:detections 70 acknowledged, 7 not published, 3 unknown");
    }

    @Test
    void theTotalHasSourcesThatWereRemovedInIt() {
        status.sources(List.of(line1, line2));
        line1.count(Counter.FRAMES_DECODED, 100);
        line2.count(Counter.FRAMES_DECODED, 11);
        status.sources(List.of(line1));
        line1.count(Counter.FRAMES_DECODED, 5);
        status.sources(List.of(line1));

        assertThat(summary.total()).contains(" 116 frames decoded");
    }
}
