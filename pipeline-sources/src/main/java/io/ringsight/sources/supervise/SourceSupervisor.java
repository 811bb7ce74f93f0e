package io.ringsight.sources.supervise;

import io.ringsight.core.analyse.view.ViewGuard;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.SourceMetrics;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.Redaction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one source running on a thread of its own: runs it, tells the intake why it ended, waits, runs it again. A
 * source that cannot come back by itself (a recording that is over, a wrong option) is run once. A camera begins with a
 * gap of reason {@code connecting}, which its first frame ends.
 *
 * <p>{@link SourceMetrics#state()} is {@code live} from the first frame of a run on, and otherwise the reason. A camera
 * whose pictures are frozen or black, whose time stands still, or which was moved, is not live: it has that reason as its state, and its
 * frames are marked ({@link FrameIntake#suspect}). It is not reopened for that: the first picture that changes tells
 * that it is well again.
 *
 * <p><b>Shutting down:</b> {@link #stopAll}, then drain the pipeline, then {@link #close} each, which frees the
 * pictures the pipeline has given back.
 */
public final class SourceSupervisor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SourceSupervisor.class);
    private static final long HEALTHY_NS = 10_000_000_000L;
    private static final long CLOSE_MS = 5_000;

    private final Source source;
    private final WatchedIntake intake;
    private final Clock clock;
    private final Backoff backoff;
    private final Pause pause;
    private final OpenGate gate;
    private final Optional<ViewGuard> view;
    private final Thread thread;
    private final CompletableFuture<Ending> ended = new CompletableFuture<>();
    private volatile boolean stopped;
    private GapReason toldReason;

    /** As {@link #SourceSupervisor(Source, FrameIntake, Clock, OpenGate)} with a gate of its own. */
    public SourceSupervisor(Source source, FrameIntake intake, Clock clock) {
        this(source, intake, clock, new OpenGate(0));
    }

    /**
     * Takes {@code source} over; its thread is called {@code source-} and the source's name.
     *
     * @param gate gives cameras their moments to be opened, so that many do not come at once; recordings do not ask it
     */
    public SourceSupervisor(Source source, FrameIntake intake, Clock clock, OpenGate gate) {
        this(source, intake, clock, gate, Optional.empty());
    }

    /**
     * As {@link #SourceSupervisor(Source, FrameIntake, Clock, OpenGate)}.
     *
     * @param view looks whether the camera was moved, and is closed with the source
     */
    public SourceSupervisor(Source source, FrameIntake intake, Clock clock, OpenGate gate, Optional<ViewGuard> view) {
        this(
                source,
                intake,
                clock,
                new Backoff(() -> ThreadLocalRandom.current().nextDouble()),
                LockSupport::parkNanos,
                gate,
                view);
    }

    public SourceSupervisor(
            Source source, FrameIntake intake, Clock clock, Backoff backoff, Pause pause, OpenGate gate) {
        this(source, intake, clock, backoff, pause, gate, Optional.empty());
    }

    private SourceSupervisor(
            Source source,
            FrameIntake intake,
            Clock clock,
            Backoff backoff,
            Pause pause,
            OpenGate gate,
            Optional<ViewGuard> view) {
        this.source = source;
        this.gate = gate;
        this.view = view;
        this.intake = new WatchedIntake(intake, clock, new Suspicions(source.suspicionLimits(), view));
        this.clock = clock;
        this.backoff = backoff;
        this.pause = pause;
        thread = new Thread(this::supervise, "source-" + sourceId());
        thread.setDaemon(true);
    }

    /** Waits for at most so many nanoseconds; may return early. */
    public interface Pause {
        void forNs(long ns);
    }

    /** The source's name. */
    public String sourceId() {
        return intake.metrics().sourceId();
    }

    /** Begins. Once. */
    public void start() {
        thread.start();
    }

    /**
     * Done when the source will not be run again, with its last ending: {@code ENDED} for a recording, {@code STOPPED}
     * after {@link #stop}, {@code IO_ERROR} if an error of ours ended its thread. Never exceptional. Its last frames may
     * still be in the pipeline.
     */
    public CompletableFuture<Ending> ended() {
        return ended;
    }

    /** Makes the source end soon, for good. Any thread; does not wait. */
    public void stop() {
        stopped = true;
        source.stop();
        LockSupport.unpark(thread);
    }

    /**
     * Waits for the source's thread to end after {@link #stop}. Interrupts it when half of the time has passed, since
     * a recording may be waiting for a pipeline that stands still. An interrupt before {@link #stop} ends nothing.
     *
     * @return whether it has ended
     */
    public boolean awaitStopped(long timeoutMs) throws InterruptedException {
        if (thread.getState() == Thread.State.NEW) {
            return true;
        }
        long halfMs = Math.max(1, timeoutMs / 2);
        thread.join(halfMs);
        if (thread.isAlive()) {
            thread.interrupt();
            thread.join(halfMs);
        }
        return !thread.isAlive();
    }

    /**
     * Stops all and waits for all within one time limit.
     *
     * @return the names of those that did not stop; empty when all is well
     */
    public static List<String> stopAll(Collection<SourceSupervisor> supervisors, Clock clock, long timeoutMs)
            throws InterruptedException {
        supervisors.forEach(SourceSupervisor::stop);
        long untilNs = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        List<String> running = new ArrayList<>();
        for (SourceSupervisor supervisor : supervisors) {
            if (!supervisor.awaitStopped(TimeUnit.NANOSECONDS.toMillis(untilNs - clock.nanoTime()))) {
                running.add(supervisor.sourceId());
            }
        }
        return running;
    }

    /** As {@link #close(long)}, within five seconds. */
    @Override
    public void close() {
        close(CLOSE_MS);
    }

    /** Stops it and frees the source's native memory. A source whose thread does not end is named in the log and left. */
    public void close(long timeoutMs) {
        stop();
        boolean over = false;
        try {
            over = awaitStopped(timeoutMs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (over) {
            view.ifPresent(ViewGuard::close);
            source.close();
        } else {
            LOG.error("{} did not stop within {} ms; its memory is left allocated", thread.getName(), timeoutMs);
        }
    }

    private void supervise() {
        Ending last = Ending.stopped();
        try {
            last = runUntilOver();
        } catch (InterruptedException e) {
            LOG.warn("{}: the pipeline is stuck, so no message says that it stopped", sourceId());
        } catch (Throwable e) {
            last = failed(e);
        }
        intake.metrics().state(last.reason().wireName());
        ended.complete(last);
    }

    /** Whatever escapes from the thread itself ends this source for good, and is told wherever it still can be. */
    private Ending failed(Throwable e) {
        LOG.error("{}: the source's thread failed; it is not tried again", sourceId(), Redaction.cause(e));
        Ending last = Ending.fatal(GapReason.IO_ERROR, internalError(e));
        try {
            intake.gap(last.reason(), last.detail());
        } catch (InterruptedException interrupted) {
            LOG.debug("{}: interrupted, the pipeline is closing", sourceId());
        } catch (Throwable again) {
            LOG.error("{}: publishing that it ended failed", sourceId(), Redaction.cause(again));
        }
        return last;
    }

    private static String internalError(Throwable e) {
        return "internal error: " + e.getClass().getSimpleName();
    }

    private Ending runUntilOver() throws InterruptedException {
        if (!source.lossless()) {
            // Opening may take long, or for ever: until the first frame nobody looks, and that is not "nothing seen".
            tellGap(GapReason.CONNECTING, "");
        }
        Ending ending = runInTurn();
        while (ending.retry() && !stopped) {
            waitBeforeRetry(ending);
            ending = runInTurn();
        }
        Ending last = stopped ? Ending.stopped() : ending;
        Thread.interrupted(); // what cut the run short has done its work
        tellGap(last.reason(), last.detail());
        if (last.reason() != GapReason.STOPPED && last.reason() != GapReason.ENDED) {
            LOG.error("{}: {}; it is not tried again", sourceId(), last);
        } else {
            LOG.info("{}: {}", sourceId(), last);
        }
        return last;
    }

    /**
     * Whatever interrupts, it is told. Only where the pipeline takes nothing from one interrupt after {@link #stop} to the
     * next, it is given up: the thread would never end.
     */
    private void tellGap(GapReason reason, String detail) throws InterruptedException {
        int interrupts = 0;
        boolean told = false;
        while (!told) {
            try {
                intake.gap(reason, detail);
                told = true;
            } catch (InterruptedException e) {
                interrupts += stopped ? 1 : 0;
                if (interrupts > 1) {
                    throw e;
                }
            }
        }
    }

    private Ending runInTurn() throws InterruptedException {
        if (!stopped && !source.lossless()) {
            waitFor(gate.takeNs(clock.nanoTime()));
        }
        return stopped ? Ending.stopped() : runOnce();
    }

    private Ending runOnce() {
        intake.begin();
        Ending ending;
        try {
            ending = source.run(intake);
            if (ending.reason() == GapReason.STOPPED && !stopped) {
                ending = failedRun(new InterruptedException("ended, though nobody stopped it"));
            }
        } catch (Throwable e) {
            ending = stopped && e instanceof InterruptedException ? Ending.stopped() : failedRun(e);
        }
        count(ending);
        return ending;
    }

    /** An error of ours, no memory, a stray interrupt: the others must go on, and so must this source if it can. */
    private Ending failedRun(Throwable e) {
        LOG.error("{}: the source failed", sourceId(), Redaction.cause(e));
        if (!stopped) {
            Thread.interrupted(); // what came with it is not meant for the next try
        }
        return new Ending(GapReason.IO_ERROR, internalError(e), !source.lossless());
    }

    private void count(Ending ending) {
        if (ending.reason() == GapReason.STOPPED || ending.reason() == GapReason.ENDED) {
            return;
        }
        intake.metrics().count(intake.isLive() ? Counter.CONNECTION_LOSSES : Counter.CONNECT_FAILURES);
    }

    private void waitBeforeRetry(Ending ending) throws InterruptedException {
        intake.metrics().state(ending.reason().wireName());
        tellGap(ending.reason(), ending.detail());
        // A line that is too slow does not get faster by waiting: what lay on it is gone, so go on at once.
        if (intake.liveNs() >= HEALTHY_NS || ending.reason() == GapReason.LAGGING) {
            backoff.reset();
        }
        long waitNs = backoff.nextNs(ending.reason());
        tell(ending, waitNs);
        waitFor(waitNs);
    }

    private void waitFor(long waitNs) {
        long untilNs = clock.nanoTime() + waitNs;
        for (long leftNs = waitNs; leftNs > 0 && !stopped; leftNs = untilNs - clock.nanoTime()) {
            pause.forNs(leftNs);
            Thread.interrupted(); // unless stopped it came from nobody, and the wait goes on
        }
    }

    /** The same failure again is no news. */
    private void tell(Ending ending, long waitNs) {
        boolean again = ending.reason() == toldReason;
        boolean news = !again || intake.isLive() && ending.reason() != GapReason.LAGGING;
        toldReason = ending.reason();
        long waitMs = TimeUnit.NANOSECONDS.toMillis(waitNs);
        if (news) {
            LOG.warn("{}: {}; next try in {} ms", sourceId(), ending, waitMs);
        } else {
            LOG.debug("{}: {}; next try in {} ms", sourceId(), ending, waitMs);
        }
    }
}
