package io.ringsight.app.tools.bench;

import io.ringsight.core.ring.FrameRing;
import io.ringsight.core.ring.Stage;
import io.ringsight.core.time.Clock;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** Measures how long a slot takes from the source's thread to the first stage's, with both asleep before. */
final class RingHandOver {
    private static final int RING_SIZE = 64;
    private static final int WARM_UP = 2_000;
    private static final int ROUNDS = 5_000;
    private static final long PAUSE_NS = 200_000;

    private RingHandOver() {}

    private static final class Stamp {
        long publishedNs;
    }

    private record Receiver(Clock clock, Histogram delaysNs) implements Stage<Stamp> {
        @Override
        public String name() {
            return "bench-hand-over";
        }

        @Override
        public int maxBatch() {
            return 1;
        }

        @Override
        public void onSlot(Stamp slot) {
            delaysNs.recordValue(Math.max(1, clock.nanoTime() - slot.publishedNs));
        }
    }

    static Figures.HandOver measure(Clock clock) throws InterruptedException {
        Histogram delaysNs = new Histogram(3);
        try (FrameRing<Stamp> ring =
                new FrameRing<>(RING_SIZE, Stamp::new, List.of(new Receiver(clock, delaysNs)), broken -> {})) {
            for (int i = 0; i < WARM_UP + ROUNDS; i++) {
                if (i == WARM_UP) {
                    ring.awaitEmpty(1_000, clock);
                    delaysNs.reset();
                }
                LockSupport.parkNanos(PAUSE_NS);
                ring.publish(slot -> slot.publishedNs = clock.nanoTime());
            }
            ring.awaitEmpty(1_000, clock);
        }
        return new Figures.HandOver(delaysNs.getValueAtPercentile(50) / 1e3, delaysNs.getValueAtPercentile(99) / 1e3);
    }
}
