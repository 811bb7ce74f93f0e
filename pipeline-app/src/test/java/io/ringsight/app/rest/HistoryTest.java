package io.ringsight.app.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.app.api.Status;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.metrics.StageTime;
import io.ringsight.core.time.ManualClock;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private final ManualClock clock = new ManualClock(0);
    private final Status status = new Status(clock);
    private final SourceMetrics line1 = new SourceMetrics("line1");
    private final History history = new History(status);

    private void pass(int frames, int lost, long latencyMs) {
        for (int i = 0; i < frames; i++) {
            line1.count(Counter.FRAMES_PUBLISHED);
            line1.recordLatencyNs(latencyMs * 1_000_000);
            line1.recordStageNs(StageTime.INFER, latencyMs * 900_000);
            line1.count(Counter.DETECTIONS, 2);
        }
        line1.count(Counter.FRAMES_OVERLOAD, lost);
        line1.count(Counter.FRAMES_RATE_LIMIT, 7);
        clock.advanceMs(5_000);
        history.sample();
    }

    @Test
    void aSpanTellsOfItselfAlone() {
        status.sources(List.of(line1));
        line1.count(Counter.FRAMES_PUBLISHED, 1_000);
        line1.recordLatencyNs(40_000_000_000L);
        history.sample();
        assertThat(history.newest(line1)).as("before the first whole span").isEmpty();

        pass(100, 0, 20);
        pass(99, 3, 20);
        line1.recordLatencyNs(500_000_000);
        pass(0, 0, 0);
        pass(0, 0, 0);

        List<History.Span> spans = history.of(line1);
        assertThat(spans).extracting(History.Span::fps).containsExactly(20.0, 19.8, 0.0, 0.0);
        assertThat(spans).extracting(History.Span::lostFrames).containsExactly(0L, 3L, 0L, 0L);
        assertThat(spans.get(0).latencyMs()).containsExactly(new double[] {20, 20, 20}, within(0.3));
        assertThat(spans.get(2).latencyMs()).as("the stall").containsExactly(new double[] {500, 500, 500}, within(5.0));
        assertThat(spans.get(0).stagesMs()).containsOnlyKeys(StageTime.INFER);
        assertThat(spans.get(0).stagesMs().get(StageTime.INFER)).isEqualTo(18, within(0.3));
        assertThat(spans.get(3).stagesMs()).isNull();
        assertThat(spans).extracting(History.Span::detections).containsExactly(200L, 198L, 0L, 0L);
        assertThat(spans.get(3).latencyMs()).as("without frames").isNull();
        assertThat(spans.get(3).utcMs() - spans.get(0).utcMs()).isEqualTo(15_000);
    }

    @Test
    void itIsBoundedAndSourcesThatAreGoneAreForgotten() {
        status.sources(List.of(line1));
        history.sample();
        for (int i = 0; i < 300; i++) {
            pass(i, 0, 1);
        }
        assertThat(history.of(line1)).hasSize(240);
        assertThat(history.newest(line1))
                .hasValueSatisfying(span -> assertThat(span.fps()).isEqualTo(59.8));

        status.sources(List.of());
        history.sample();
        assertThat(history.of(line1)).isEmpty();
    }

    @Test
    void everyStateInWhichASourceGivesNoFramesIsExplained() {
        Arrays.stream(GapReason.values())
                .filter(reason -> !reason.countsFrames() && reason != GapReason.ENDED && reason != GapReason.STOPPED)
                .filter(reason -> reason != GapReason.UNKNOWN)
                .forEach(reason -> {
                    SourceAdvice advice = SourceAdvice.of(reason.wireName());
                    assertThat(advice.meaning()).isEqualTo(reason.sentence());
                    assertThat(advice.advice()).as(reason.wireName()).isNotBlank();
                });
        assertThat(SourceAdvice.of(Status.LIVE).advice()).isEmpty();
    }
}
