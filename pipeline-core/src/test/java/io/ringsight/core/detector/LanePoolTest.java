package io.ringsight.core.detector;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.ManualClock;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class LanePoolTest {
    private final ManualClock clock = new ManualClock(0);
    private final LanePool pool = new LanePool(new FakeBackend(2, 1).lanes());

    @Test
    void waitsForItsLanesByTheClockItIsGiven() throws Exception {
        Lane first = pool.take();
        pool.take();
        FutureTask<Boolean> all = new FutureTask<>(() -> pool.awaitAll(TimeUnit.HOURS.toMillis(1), clock));
        Thread waiting = new Thread(all);
        waiting.start();
        Await.until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
        clock.advanceMs(TimeUnit.HOURS.toMillis(1));
        pool.giveBack(first);
        assertThat(all.get()).as("the hour is over, one lane is still away").isFalse();
    }
}
