package io.ringsight.app.feed;

import io.ringsight.app.cli.CommandException;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.Pipeline;
import io.ringsight.core.pipeline.ResultSink;
import io.ringsight.core.run.Threads;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.supervise.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A pipeline and the sources that feed it, for a command that lasts as long as they do. A device that breaks ends the
 * command: whatever waits here tells the cause. The daemon, whose sources come, go and return, has a supervisor for each
 * instead.
 *
 * <p>Closing keeps the one order that is safe: the sources stop, what they read reaches the sinks, the stages stop, and
 * only then the sources' pictures are freed. The detectors are the caller's. Used by one thread.
 */
public final class FedPipeline implements AutoCloseable {
    private static final long DRAIN_SLICE_MS = 200;
    private static final long CLOSE_MS = 30_000;

    private final Pipeline pipeline;
    private final Clock clock;
    private final CompletableFuture<Throwable> broken;
    private final List<Source> sources = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** Starts the stages; the parameters are those of {@link Pipeline}. */
    public FedPipeline(int ringSize, DetectorSwitch detectors, List<ResultSink> sinks, Clock clock) {
        pipeline = new Pipeline(ringSize, detectors, sinks, clock);
        this.clock = clock;
        broken = pipeline.broken().toCompletableFuture();
    }

    /** To open feeds for, and to connect them to. */
    public Pipeline pipeline() {
        return pipeline;
    }

    /** Runs a source on a thread of its own until {@link #close}, which closes it, too. */
    public void feed(String thread, Source source, FrameIntake intake) {
        sources.add(source);
        threads.add(Threads.start(thread, () -> {
            try {
                source.run(intake);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    /** Makes this thread's waits end when the device breaks: it must not wait for room in a ring that stands still. */
    public void interruptWhenBroken() {
        Thread reader = Thread.currentThread();
        broken.thenRun(reader::interrupt);
    }

    /**
     * Lets the sources feed for so long.
     *
     * @throws CommandException exit code 1, if the device breaks meanwhile
     */
    public void run(long ms) throws InterruptedException {
        try {
            broken.get(ms, TimeUnit.MILLISECONDS);
            throw deviceBroken();
        } catch (TimeoutException e) {
            // It went well all the time.
        } catch (ExecutionException e) {
            throw new AssertionError("completed with a cause, never by one", e);
        }
    }

    /**
     * Waits until all that was read has been handed to the sinks.
     *
     * @throws CommandException exit code 1, if the device breaks meanwhile
     */
    public void finish() throws InterruptedException {
        try {
            while (!pipeline.drain(DRAIN_SLICE_MS)) {
                if (broken.isDone()) {
                    throw deviceBroken();
                }
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** What to throw for an interrupt: if the device is broken, a {@link CommandException} is thrown at once. */
    public InterruptedException interrupted(InterruptedException e) {
        if (broken.isDone()) {
            throw deviceBroken();
        }
        return e;
    }

    private CommandException deviceBroken() {
        return CommandException.failed(
                "ringsight: inference failed and cannot go on: " + broken.join().getMessage());
    }

    @Override
    public void close() {
        // Before anything else: an interrupt meant for the reader must not hit the closing.
        Thread.interrupted();
        boolean areOver = false;
        try {
            areOver = stopSources();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        pipeline.close();
        if (areOver) {
            sources.forEach(Source::close);
        }
    }

    /**
     * A recording may wait for room in a pipeline that stands still, so it is interrupted, too.
     *
     * @return false if one still runs and may use its memory
     */
    private boolean stopSources() throws InterruptedException {
        sources.forEach(Source::stop);
        threads.forEach(Thread::interrupt);
        boolean areOver = Threads.join(threads, clock, CLOSE_MS).isEmpty();
        if (!threads.isEmpty() && !broken.isDone()) {
            pipeline.drain(CLOSE_MS);
        }
        return areOver;
    }
}
