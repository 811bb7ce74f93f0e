package io.ringsight.core.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.time.Clock;
import io.ringsight.core.time.ManualClock;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class FrameRingTest {
    private static final class Slot {
        int value;
    }

    private record Step(String name, int maxBatch, Work work) implements Stage<Slot> {
        @Override
        public void onSlot(Slot slot) throws InterruptedException {
            work.on(slot);
        }
    }

    private interface Work {
        void on(Slot slot) throws InterruptedException;
    }

    /** Tells which slots ended a batch. */
    private record Batches(int maxBatch, Work work, List<Integer> ends) implements Stage<Slot> {
        @Override
        public String name() {
            return "batches";
        }

        @Override
        public void onSlot(Slot slot) throws InterruptedException {
            work.on(slot);
        }

        @Override
        public void afterSlot(Slot slot, boolean endOfBatch) {
            if (endOfBatch) {
                ends.add(slot.value);
            }
        }
    }

    private final AtomicReference<Throwable> broken = new AtomicReference<>();

    private FrameRing<Slot> ring(int size, Batches stage) {
        return new FrameRing<>(size, Slot::new, List.of(stage), broken::set);
    }

    private FrameRing<Slot> ring(int size, Step... steps) {
        return new FrameRing<>(size, Slot::new, List.of(steps), broken::set);
    }

    @Test
    void stagesSeeEachSlotInOrderAndAfterEachOther() throws InterruptedException {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        try (FrameRing<Slot> ring = ring(
                4,
                new Step("a", 3, slot -> seen.add("a" + slot.value)),
                new Step("b", 1, slot -> seen.add("b" + slot.value)))) {
            for (int i = 0; i < 100; i++) {
                int value = i;
                ring.publish(slot -> slot.value = value);
            }
            assertThat(ring.awaitEmpty(60_000, Clock.system())).isTrue();
        }
        assertThat(seen.stream().filter(s -> s.startsWith("b")).toList())
                .isEqualTo(java.util.stream.IntStream.range(0, 100)
                        .mapToObj(i -> "b" + i)
                        .toList());
        for (int i = 0; i < 100; i++) {
            assertThat(seen.indexOf("a" + i)).isLessThan(seen.indexOf("b" + i));
        }
    }

    /** As one comes with an Error that is thrown into a stage's thread. */
    @Test
    void aStrayInterruptOfAStageThatWaitsSkipsNoSlot() throws InterruptedException {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        try (FrameRing<Slot> ring = ring(
                4,
                new Step("a", 1, slot -> {
                    seen.add("a" + slot.value);
                    Thread.currentThread().interrupt();
                }),
                new Step("b", 1, slot -> seen.add("b" + slot.value)))) {
            for (int i = 1; i <= 3; i++) {
                int value = i;
                ring.publish(slot -> slot.value = value);
                assertThat(ring.awaitEmpty(60_000, Clock.system())).isTrue();
            }
        }
        assertThat(seen).containsExactly("a1", "b1", "a2", "b2", "a3", "b3");
        assertThat(broken).hasNullValue();
    }

    @Test
    void refusesWithoutWaitingWhenFull() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        try (FrameRing<Slot> ring = ring(4, new Step("a", 1, slot -> go.await()))) {
            for (int i = 0; i < 4; i++) {
                assertThat(ring.tryPublish(slot -> {})).isTrue();
            }
            assertThat(ring.tryPublish(slot -> {})).isFalse();
            assertThat(ring.awaitEmpty(20, Clock.system())).isFalse();
            go.countDown();
            assertThat(ring.awaitEmpty(60_000, Clock.system())).isTrue();
        }
    }

    /** Each slot that moves on wakes whoever waits: 1,000 of them within a moment are no time. */
    @Test
    void waitsForTheWholeTimeHoweverOftenItIsWoken() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        try (FrameRing<Slot> ring = ring(1024, new Step("a", 1, slot -> go.await()))) {
            for (int i = 0; i < 1024; i++) {
                ring.publish(slot -> {});
            }
            go.countDown();
            assertThat(ring.awaitEmpty(20, new ManualClock(0))).isTrue();
        }
    }

    @Test
    void handsOverWhatWasLeftWhenItStopped() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        FrameRing<Slot> ring = ring(4, new Step("a", 1, slot -> {
            if (slot.value == 1) {
                entered.countDown();
                new CountDownLatch(1).await();
            }
        }));
        for (int i = 0; i < 4; i++) {
            int value = i;
            ring.publish(slot -> slot.value = value);
        }
        entered.await();
        ring.stop(20, Clock.system()); // interrupts it; a busy machine needs longer to end
        assertThat(ring.stop(60_000, Clock.system())).isEmpty();
        List<Integer> left = new ArrayList<>();
        ring.takeLeft(slot -> left.add(slot.value));
        assertThat(left).endsWith(2, 3).doesNotContain(0);
    }

    /** With Disruptor's own batching a long batch hides its finished slots from the stage behind. */
    @Test
    void slotIsPassedOnBeforeTheNextIsWorkedOnWhenBatchIsOne() throws InterruptedException {
        CountDownLatch firstArrived = new CountDownLatch(1);
        try (FrameRing<Slot> ring = ring(
                8,
                new Step("a", 1, slot -> {
                    if (slot.value == 1) {
                        assertThat(firstArrived.await(60, TimeUnit.SECONDS)).isTrue();
                    }
                }),
                new Step("b", 1, slot -> firstArrived.countDown()))) {
            ring.tryPublish(slot -> slot.value = 0);
            ring.tryPublish(slot -> slot.value = 1);
            assertThat(ring.awaitEmpty(60_000, Clock.system())).isTrue();
        }
        assertThat(broken.get()).isNull();
    }

    @Test
    void endOfBatchComesAtMaxBatchAndWhenNothingWaits() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        List<Integer> batchEnds = Collections.synchronizedList(new ArrayList<>());
        try (FrameRing<Slot> ring = ring(16, new Batches(4, slot -> go.await(), batchEnds))) {
            for (int i = 0; i < 11; i++) {
                int value = i;
                ring.publish(slot -> slot.value = value);
            }
            go.countDown();
            assertThat(ring.awaitEmpty(60_000, Clock.system())).isTrue();
        }
        assertThat(batchEnds).contains(10);
        int last = -1;
        for (int end : batchEnds) {
            assertThat(end - last).isBetween(1, 4);
            last = end;
        }
    }

    /** As when a model is replaced by one of larger batches. */
    @Test
    void aStageThatTakesMoreThanAtTheStartGetsMore() throws InterruptedException {
        AtomicInteger most = new AtomicInteger(2);
        AtomicReference<CountDownLatch> go = new AtomicReference<>(new CountDownLatch(1));
        List<Integer> batchEnds = Collections.synchronizedList(new ArrayList<>());
        Stage<Slot> stage = new Stage<>() {
            @Override
            public String name() {
                return "grows";
            }

            @Override
            public int maxBatch() {
                return most.get();
            }

            @Override
            public void onSlot(Slot slot) throws InterruptedException {
                go.get().await();
            }

            @Override
            public void afterSlot(Slot slot, boolean endOfBatch) {
                if (endOfBatch) {
                    batchEnds.add(slot.value);
                }
            }
        };
        try (FrameRing<Slot> ring = new FrameRing<>(16, Slot::new, List.of(stage), broken::set)) {
            fill(ring, 5, go);
            most.set(6);
            batchEnds.clear();
            batchEnds.add(-1);
            go.set(new CountDownLatch(1));
            fill(ring, 13, go);
        }
        assertThat(batchEnds).endsWith(12);
        assertThat(IntStream.range(1, batchEnds.size()).map(i -> batchEnds.get(i) - batchEnds.get(i - 1)))
                .contains(6);
    }

    private static void fill(FrameRing<Slot> ring, int count, AtomicReference<CountDownLatch> go)
            throws InterruptedException {
        for (int i = 0; i < count; i++) {
            int value = i;
            ring.publish(slot -> slot.value = value);
        }
        go.get().countDown();
        assertThat(ring.awaitEmpty(60_000, Clock.system())).isTrue();
    }

    @Test
    void whatEscapesFromAStageIsToldAndTheRingGoesOn() throws InterruptedException {
        List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
        try (FrameRing<Slot> ring = ring(
                4,
                new Step("a", 1, slot -> {
                    if (slot.value == 1) {
                        throw new IllegalStateException("on purpose");
                    }
                }),
                new Step("b", 1, slot -> seen.add(slot.value)))) {
            for (int i = 0; i < 20; i++) {
                int value = i;
                ring.publish(slot -> slot.value = value);
            }
            assertThat(ring.awaitEmpty(60_000, Clock.system())).isTrue();
        }
        assertThat(broken.get()).hasMessage("on purpose");
        assertThat(seen).hasSize(20);
    }

    @Test
    void namesTheThreadThatDoesNotStop() throws InterruptedException {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        FrameRing<Slot> ring = ring(4, new Step("stuck-stage", 1, slot -> {
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
        assertThat(ring.stop(40, Clock.system())).containsExactly("stuck-stage");
        stuck.countDown();
        assertThat(ring.stop(60_000, Clock.system())).isEmpty();
    }

    /** It was told as a second failure of a GPU that hung. */
    @Test
    void aStageThatStoppingInterruptsIsNotBroken() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        FrameRing<Slot> ring = ring(4, new Step("waits", 1, slot -> {
            entered.countDown();
            new CountDownLatch(1).await();
        }));
        ring.tryPublish(slot -> {});
        entered.await();
        ring.stop(40, Clock.system());
        assertThat(ring.stop(30_000, Clock.system())).isEmpty();
        assertThat(broken).hasNullValue();
    }

    @Test
    void sizeMustBeAPowerOfTwo() {
        assertThatThrownBy(() -> ring(100)).hasMessage("ring size must be a power of two: 100");
    }

    /** All stages were woken by each move of each. */
    @Test
    void aSlotWakesEachStageOnce() throws InterruptedException {
        int slots = 300;
        try (FrameRing<Slot> ring = ring(
                4,
                new Step("wakes-a", 1, slot -> {}),
                new Step("wakes-b", 1, slot -> {}),
                new Step("wakes-c", 1, slot -> {}))) {
            for (int i = 0; i < slots; i++) {
                ring.publish(slot -> slot.value = 1);
                assertThat(ring.awaitEmpty(60_000, Clock.system())).isTrue();
            }
            assertThat(waits("wakes-a") + waits("wakes-b") + waits("wakes-c")).isLessThan(3 * slots * 3L / 2);
        }
    }

    private static long waits(String name) {
        return Arrays.stream(ManagementFactory.getThreadMXBean().dumpAllThreads(false, false, 0))
                .filter(thread -> thread.getThreadName().equals(name))
                .mapToLong(ThreadInfo::getWaitedCount)
                .sum();
    }

    /** Else what was begun for the slots before it would wait for one that may never come. */
    @Test
    void aSlotWhoseStageThrewEndsItsBatch() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        List<Integer> batchEnds = Collections.synchronizedList(new ArrayList<>());
        Work throwsAtTwo = slot -> {
            go.await();
            if (slot.value == 2) {
                throw new OutOfMemoryError("on purpose");
            }
        };
        try (FrameRing<Slot> ring = ring(16, new Batches(16, throwsAtTwo, batchEnds))) {
            for (int i = 0; i < 5; i++) {
                int value = i;
                ring.publish(slot -> slot.value = value);
            }
            go.countDown();
            assertThat(ring.awaitEmpty(60_000, Clock.system())).isTrue();
        }
        assertThat(batchEnds).contains(2, 4);
        assertThat(broken.get()).hasMessage("on purpose");
    }

    @Test
    void aSlotWhoseStageThrewReachesTheNextStage() throws InterruptedException {
        CountDownLatch reached = new CountDownLatch(1);
        try (FrameRing<Slot> ring = ring(
                4,
                new Step("a", 1, slot -> {
                    throw new IllegalStateException("on purpose");
                }),
                new Step("b", 1, slot -> reached.countDown()))) {
            ring.publish(slot -> slot.value = 1);
            assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
