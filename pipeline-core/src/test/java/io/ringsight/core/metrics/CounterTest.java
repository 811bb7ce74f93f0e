package io.ringsight.core.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.frame.GapReason;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CounterTest {
    /** The pages and the messages call one thing by one name. */
    @Test
    void aCounterOfLostFramesIsNamedAfterItsReason() {
        List<Counter> paired = Arrays.stream(Counter.values())
                .filter(counter -> counter.reason().isPresent())
                .toList();
        assertThat(paired)
                .isNotEmpty()
                .allSatisfy(counter -> assertThat(counter.metricName())
                        .isEqualTo("frames_"
                                + counter.reason().orElseThrow().wireName().replace('-', '_')));
    }

    /** Only the spool's own losses are counted by messages, in {@link SinkCounter}. */
    @Test
    void everyReasonThatCountsFramesHasACounter() {
        assertThat(GapReason.values())
                .filteredOn(GapReason::countsFrames)
                .filteredOn(reason -> reason != GapReason.SPOOL_FULL)
                .allSatisfy(reason -> assertThat(Counter.of(reason).reason()).contains(reason));
    }

    @Test
    void aSpanWithoutFramesCountsNone() {
        assertThatThrownBy(() -> new SourceMetrics("cam").lost(GapReason.STALLED, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("STALLED");
    }

    @Test
    void whatMaxFpsLeavesOutIsNoLoss() {
        assertThat(Counter.ofLosses())
                .contains(Counter.FRAMES_OVERLOAD, Counter.FRAMES_NOT_PUBLISHED)
                .doesNotContain(Counter.FRAMES_RATE_LIMIT);
    }
}
