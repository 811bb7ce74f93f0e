package io.ringsight.core.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SystemClockTest {
    private static final long STARTED_MS = 1_800_000_000_000L;

    private final AtomicLong monotonicNs = new AtomicLong(5);
    private final AtomicLong setByMs = new AtomicLong();
    private final Clock clock = new SystemClock(
            monotonicNs::get, () -> STARTED_MS + setByMs.get() + TimeUnit.NANOSECONDS.toMillis(monotonicNs.get()));

    /** A Kafka client's waits are by the wall clock: one that was ahead for a moment makes it wait for as long. */
    @Test
    void aWallClockThatIsSetAndSetBackWithinASecondIsFollowedEachTime() {
        long beforeNs = clock.epochNanos();

        setByMs.set(600_000);
        long aheadNs = clock.epochNanos();
        monotonicNs.addAndGet(TimeUnit.MILLISECONDS.toNanos(400));
        setByMs.set(0);
        long backNs = clock.epochNanos();

        assertThat(aheadNs - beforeNs).isEqualTo(TimeUnit.SECONDS.toNanos(600));
        assertThat(backNs - beforeNs).isEqualTo(TimeUnit.MILLISECONDS.toNanos(400));
    }

    @Test
    void whatTheWallClockDriftsIsMadeUpForOnceASecond() {
        long beforeNs = clock.epochNanos();

        setByMs.set(20);
        monotonicNs.addAndGet(TimeUnit.MILLISECONDS.toNanos(900));
        assertThat(clock.epochNanos() - beforeNs).isEqualTo(TimeUnit.MILLISECONDS.toNanos(900));

        monotonicNs.addAndGet(TimeUnit.MILLISECONDS.toNanos(200));
        assertThat(clock.epochNanos() - beforeNs).isEqualTo(TimeUnit.MILLISECONDS.toNanos(1_120));
    }

    @Test
    void itIsFinerThanTheWallClocksMilliseconds() {
        long beforeNs = clock.epochNanos();

        monotonicNs.addAndGet(123_456);

        assertThat(clock.epochNanos() - beforeNs).isEqualTo(123_456);
    }
}
