package io.ringsight.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.time.ManualClock;
import org.junit.jupiter.api.Test;

class StopDeadlineTest {
    private final ManualClock clock = new ManualClock(0);
    private final StopDeadline deadline = new StopDeadline(8_000, clock);

    @Test
    void whatAnEarlierPartLeavesIsThereForTheNext() {
        deadline.begin();
        assertThat(deadline.leftMs(0.25)).isEqualTo(2_000);
        clock.advanceMs(500);
        assertThat(deadline.leftMs(0.5)).isEqualTo(3_500);
    }

    @Test
    void aPartThatComesTooLateHasAMomentAllTheSame() {
        deadline.begin();
        clock.advanceMs(9_000);
        assertThat(deadline.leftMs(0.95)).isEqualTo(50);
    }
}
