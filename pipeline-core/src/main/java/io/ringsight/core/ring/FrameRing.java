package io.ringsight.core.ring;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.ExceptionHandler;
import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import io.ringsight.core.run.Threads;
import io.ringsight.core.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A ring of slots made once, which many source threads fill and a chain of stages works on in order:
 *
 * <pre>
 * sources ──▶ stage 0 ──▶ stage 1 ──▶ … ──▶ last stage ──▶ slot is free again
 * </pre>
 *
 * <p>The only class that knows Disruptor. Publishing and passing on allocate nothing. Idle threads sleep
 * ({@link BlockingChain}); the cores belong to the decoders and the network.
 *
 * @param <T> the slot
 */
public final class FrameRing<T> implements AutoCloseable {
    private static final long ROOM_CHECK_MS = 10;

    private final BlockingChain waits;
    private final RingBuffer<T> slots;
    private final List<BatchEventProcessor<T>> processors = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;

    /**
     * Makes the slots and starts one thread for each stage.
     *
     * @param size number of slots, a power of two
     * @param slot makes one slot
     * @param stages in the order a slot passes them
     * @param onBroken told what escaped from a stage; the ring goes on with the next slot, but its owner should close it
     */
    public FrameRing(int size, Supplier<T> slot, List<? extends Stage<T>> stages, Consumer<Throwable> onBroken) {
        if (size < 1 || Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException("ring size must be a power of two: " + size);
        }
        waits = new BlockingChain(onBroken);
        slots = RingBuffer.createMultiProducer(slot::get, size, waits);
        Sequence[] behind = {};
        for (Stage<T> stage : stages) {
            BatchEventProcessor<T> processor = processor(stage, slots.newBarrier(behind), onBroken);
            behind = new Sequence[] {processor.getSequence()};
            processors.add(processor);
            threads.add(new Thread(processor, stage.name()));
        }
        slots.addGatingSequences(behind);
        waits.stages(threads, stages);
        for (Thread thread : threads) {
            thread.setDaemon(true);
            thread.start();
        }
    }

    private BatchEventProcessor<T> processor(Stage<T> stage, SequenceBarrier barrier, Consumer<Throwable> onBroken) {
        BatchEventProcessor<T> processor = new BatchEventProcessorBuilder()
                .build(slots, barrier, new StageHandler<>(stage, processors.size(), waits));
        processor.setExceptionHandler(new BrokenStage(onBroken, () -> stopping));
        return processor;
    }

    /** Fills and publishes a slot; false, and nothing done, when none is free. */
    public boolean tryPublish(SlotWriter<T> writer) {
        long sequence;
        try {
            sequence = slots.tryNext();
        } catch (InsufficientCapacityException full) {
            return false;
        }
        write(sequence, writer);
        return true;
    }

    /** Fills and publishes a slot; waits until one is free. */
    public void publish(SlotWriter<T> writer) throws InterruptedException {
        while (!tryPublish(writer)) {
            waits.awaitChange(ROOM_CHECK_MS);
        }
    }

    private void write(long sequence, SlotWriter<T> writer) {
        try {
            writer.write(slots.get(sequence));
        } finally {
            slots.publish(sequence);
        }
    }

    /** Waits until the last stage has passed every slot published so far; false if that took longer. */
    public boolean awaitEmpty(long timeoutMs, Clock clock) throws InterruptedException {
        long target = slots.getCursor();
        long untilNs = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (slots.getMinimumGatingSequence() < target && clock.nanoTime() - untilNs < 0) {
            // Woken by each slot that passes: a count of wake-ups is no measure of time.
            waits.awaitChange(ROOM_CHECK_MS);
        }
        return slots.getMinimumGatingSequence() >= target;
    }

    /** How many slots were published so far. Any thread. */
    public long published() {
        return slots.getCursor() + 1;
    }

    /** How many slots the last stage has passed so far; not more than were {@link #published()} after. Any thread. */
    public long passed() {
        return slots.getMinimumGatingSequence() + 1;
    }

    /** Number of slots. */
    public int size() {
        return slots.getBufferSize();
    }

    /**
     * Stops the stages after the slot they are at and waits for their threads, all within {@code timeoutMs}; interrupts
     * them when half of it has passed.
     *
     * @return names of the threads that did not stop in time
     */
    public List<String> stop(long timeoutMs, Clock clock) throws InterruptedException {
        stopping = true;
        processors.forEach(BatchEventProcessor::halt);
        waits.wakeAll();
        Threads.join(threads, clock, timeoutMs / 2);
        threads.stream().filter(Thread::isAlive).forEach(Thread::interrupt);
        return Threads.join(threads, clock, timeoutMs / 2);
    }

    /** Hands over, in order, the slots that the last stage has not passed. Only after every thread has stopped. */
    public void takeLeft(Consumer<T> to) {
        for (long at = slots.getMinimumGatingSequence() + 1; at <= slots.getCursor(); at++) {
            to.accept(slots.get(at));
        }
    }

    @Override
    public void close() {
        try {
            stop(TimeUnit.SECONDS.toMillis(1), Clock.system());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs a stage, and tells the stage behind at the end of each batch, which Disruptor leaves to spinning. */
    private static final class StageHandler<T> implements EventHandler<T> {
        private final Stage<T> stage;
        private final int position;
        private final BlockingChain waits;
        private Sequence passed;
        private long current;

        StageHandler(Stage<T> stage, int position, BlockingChain waits) {
            this.stage = stage;
            this.position = position;
            this.waits = waits;
            stage.passesOnBy(() -> passOn(current));
        }

        @Override
        public void setSequenceCallback(Sequence sequence) {
            passed = sequence;
        }

        @Override
        public void onEvent(T slot, long sequence, boolean endOfBatch) throws InterruptedException {
            // A slot whose stage threw is passed, too, and Disruptor would not tell the next stage.
            boolean passesOn = true;
            current = sequence;
            try {
                stage.onSlot(slot);
                passesOn = endOfBatch;
            } finally {
                end(slot, sequence, passesOn);
            }
        }

        private void end(T slot, long sequence, boolean endOfBatch) {
            boolean passesOn = true;
            try {
                stage.afterSlot(slot, endOfBatch);
                passesOn = endOfBatch || stage.isPassedOn();
            } finally {
                if (passesOn) {
                    passOn(sequence);
                }
            }
        }

        private void passOn(long sequence) {
            passed.set(sequence);
            waits.passed(position);
        }
    }

    /** Disruptor's own handler ends the stage's thread, and with it every camera, without a word. */
    private record BrokenStage(Consumer<Throwable> onBroken, BooleanSupplier isStopping)
            implements ExceptionHandler<Object> {
        /** A stage that {@link #stop} interrupts is not broken: it has ended as it should. */
        @Override
        public void handleEventException(Throwable broken, long sequence, Object slot) {
            if (!(broken instanceof InterruptedException && isStopping.getAsBoolean())) {
                onBroken.accept(broken);
            }
        }

        @Override
        public void handleOnStartException(Throwable broken) {
            onBroken.accept(broken);
        }

        @Override
        public void handleOnShutdownException(Throwable broken) {
            onBroken.accept(broken);
        }
    }
}
