package io.ringsight.core.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FrameRingTest {
    private static final class Slot {
        int value;
    }

    private record Step(String name, int maxBatch, Work work) implements Stage<Slot> {
        @Override
        public void onSlot(Slot slot, boolean endOfBatch) throws InterruptedException {
            work.on(slot, endOfBatch);
        }
    }

    private interface Work {
        void on(Slot slot, boolean endOfBatch) throws InterruptedException;
    }

    private final AtomicReference<Throwable> broken = new AtomicReference<>();

    private FrameRing<Slot> ring(int size, Step... steps) {
        return new FrameRing<>(size, Slot::new, List.of(steps), broken::set);
    }

    @Test
    void stagesSeeEachSlotInOrderAndAfterEachOther() throws InterruptedException {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        try (FrameRing<Slot> ring = ring(
                4,
                new Step("a", 3, (slot, end) -> seen.add("a" + slot.value)),
                new Step("b", 1, (slot, end) -> seen.add("b" + slot.value)))) {
            for (int i = 0; i < 100; i++) {
                int value = i;
                ring.publish(slot -> slot.value = value);
            }
            assertThat(ring.awaitEmpty(10_000)).isTrue();
        }
        assertThat(seen.stream().filter(s -> s.startsWith("b")).toList())
                .isEqualTo(java.util.stream.IntStream.range(0, 100)
                        .mapToObj(i -> "b" + i)
                        .toList());
        for (int i = 0; i < 100; i++) {
            assertThat(seen.indexOf("a" + i)).isLessThan(seen.indexOf("b" + i));
        }
    }

    @Test
    void refusesWithoutWaitingWhenFull() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        try (FrameRing<Slot> ring = ring(4, new Step("a", 1, (slot, end) -> go.await()))) {
            for (int i = 0; i < 4; i++) {
                assertThat(ring.tryPublish(slot -> {})).isTrue();
            }
            assertThat(ring.tryPublish(slot -> {})).isFalse();
            assertThat(ring.awaitEmpty(20)).isFalse();
            go.countDown();
            assertThat(ring.awaitEmpty(10_000)).isTrue();
        }
    }

    /** With Disruptor's own batching a long batch hides its finished slots from the stage behind. */
    @Test
    void slotIsPassedOnBeforeTheNextIsWorkedOnWhenBatchIsOne() throws InterruptedException {
        CountDownLatch firstArrived = new CountDownLatch(1);
        try (FrameRing<Slot> ring = ring(
                8,
                new Step("a", 1, (slot, end) -> {
                    if (slot.value == 1) {
                        assertThat(firstArrived.await(10, TimeUnit.SECONDS)).isTrue();
                    }
                }),
                new Step("b", 1, (slot, end) -> firstArrived.countDown()))) {
            ring.tryPublish(slot -> slot.value = 0);
            ring.tryPublish(slot -> slot.value = 1);
            assertThat(ring.awaitEmpty(15_000)).isTrue();
        }
        assertThat(broken.get()).isNull();
    }

    @Test
    void endOfBatchComesAtMaxBatchAndWhenNothingWaits() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        List<Integer> batchEnds = Collections.synchronizedList(new ArrayList<>());
        try (FrameRing<Slot> ring = ring(16, new Step("a", 4, (slot, end) -> {
            go.await();
            if (end) {
                batchEnds.add(slot.value);
            }
        }))) {
            for (int i = 0; i < 11; i++) {
                int value = i;
                ring.publish(slot -> slot.value = value);
            }
            go.countDown();
            assertThat(ring.awaitEmpty(10_000)).isTrue();
        }
        assertThat(batchEnds).contains(10);
        int last = -1;
        for (int end : batchEnds) {
            assertThat(end - last).isBetween(1, 4);
            last = end;
        }
    }

    @Test
    void whatEscapesFromAStageIsToldAndTheRingGoesOn() throws InterruptedException {
        List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
        try (FrameRing<Slot> ring = ring(
                4,
                new Step("a", 1, (slot, end) -> {
                    if (slot.value == 1) {
                        throw new IllegalStateException("on purpose");
                    }
                }),
                new Step("b", 1, (slot, end) -> seen.add(slot.value)))) {
            for (int i = 0; i < 20; i++) {
                int value = i;
                ring.publish(slot -> slot.value = value);
            }
            assertThat(ring.awaitEmpty(10_000)).isTrue();
        }
        assertThat(broken.get()).hasMessage("on purpose");
        assertThat(seen).hasSize(20);
    }

    @Test
    void namesTheThreadThatDoesNotStop() throws InterruptedException {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        FrameRing<Slot> ring = ring(4, new Step("stuck-stage", 1, (slot, end) -> {
            entered.countDown();
            boolean done = false;
            while (!done) {
                try {
                    stuck.await();
                    done = true;
                } catch (InterruptedException expected) {
                    // A native call does not listen either.
                }
            }
        }));
        ring.tryPublish(slot -> {});
        entered.await();
        assertThat(ring.stop(40)).containsExactly("stuck-stage");
        stuck.countDown();
        assertThat(ring.stop(10_000)).isEmpty();
    }

    @Test
    void sizeMustBeAPowerOfTwo() {
        assertThatThrownBy(() -> ring(100)).hasMessage("ring size must be a power of two: 100");
    }
}
