package io.ringsight.app.daemon;

import io.ringsight.app.api.Status;
import io.ringsight.app.cli.CommandException;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.Redaction;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What ends a daemon: a stop, sources that are all over, the reader of standard output gone, or a failure, of which the first
 * counts. Any thread tells of any of them; one waits and learns with which exit code that ends the process.
 */
final class DaemonEnd {
    private static final Logger LOG = LoggerFactory.getLogger(DaemonEnd.class);
    /** So soon a stop is heard while the last frames of recordings are waited for. */
    private static final long LOOK_MS = 200;
    /** No device takes so long for one batch. */
    private static final Duration HUNG = Duration.ofSeconds(60);

    private static final long BROKEN_MS = 1_000;

    private final Status status;
    private final Clock clock;
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<Throwable> broken = new AtomicReference<>();
    private volatile boolean stopped;
    private volatile boolean outputGone;

    DaemonEnd(Status status, Clock clock) {
        this.status = status;
        this.clock = clock;
    }

    /** The user wants it to end. */
    void stop() {
        stopped = true;
        over.countDown();
    }

    /** No source will bring a frame any more. */
    void sourcesOver() {
        over.countDown();
    }

    /** Whoever read our standard output has gone: as with any program in a pipe, that is the end. */
    void outputGone() {
        outputGone = true;
        over.countDown();
    }

    /** Not everything works any more. */
    void failed(Throwable cause) {
        if (broken.compareAndSet(null, cause)) {
            over.countDown();
            status.failed(sentence(cause));
        }
    }

    /** A device works no more. */
    void deviceFailed(Throwable cause) {
        failed(cause);
        LOG.error("{}; stopping", sentence(cause));
    }

    /** How long to wait, of at most {@code leftMs}: what is on its way on a broken device fails at once or never ends. */
    long patienceMs(long leftMs) {
        return broken.get() instanceof InferenceException ? Math.min(BROKEN_MS, leftMs) : leftMs;
    }

    /** As {@link Daemon#failed(Thread, Throwable)}. */
    void failed(Thread thread, Throwable cause) {
        if (cause instanceof InferenceException) {
            deviceFailed(cause);
            return;
        }
        try {
            failed(new IllegalStateException("thread " + thread.getName() + ": " + cause, cause));
            LOG.error("thread {} failed; stopping", thread.getName(), cause);
        } finally {
            failed(cause); // if there is no memory for words
        }
    }

    /**
     * Waits until it is told of an end, and for frames that are on their way then.
     *
     * @param failures why sources failed, asked when they are over
     * @throws CommandException exit code 1, unless it was a stop or sources that came to their own end
     */
    void await(ModelPipelines pipelines, Supplier<List<String>> failures) throws InterruptedException {
        over.await();
        drainRecordings(pipelines);
        throwIfFailed();
        if (outputGone) {
            throw CommandException.failed("ringsight: standard output was closed");
        }
        List<String> failed = stopped ? List.of() : failures.get();
        if (!failed.isEmpty()) {
            throw CommandException.failed(failed);
        }
    }

    /** Sources that ended by themselves lose no frame, however slow the device is; but one that hangs is not waited for. */
    private void drainRecordings(ModelPipelines pipelines) throws InterruptedException {
        Pulse before = pipelines.pulse();
        long sinceNs = clock.nanoTime();
        while (!stopped && !outputGone && broken.get() == null && !pipelines.drain(LOOK_MS)) {
            Pulse now = pipelines.pulse();
            if (now.isBeating(before)) {
                before = now;
                sinceNs = clock.nanoTime();
            } else if (clock.nanoTime() - sinceNs > HUNG.toNanos()) {
                failed(new IllegalStateException("the device has finished no frame for " + HUNG.toSeconds() + " s"));
            }
        }
    }

    /**
     * Whether something failed that must not.
     *
     * @throws CommandException exit code 1, and what failed first
     */
    void throwIfFailed() {
        Throwable cause = broken.get();
        if (cause != null) {
            throw CommandException.failed("ringsight: " + sentence(cause));
        }
    }

    private static String sentence(Throwable cause) {
        String what = cause instanceof InferenceException ? "inference failed and cannot go on" : "it cannot go on";
        return Redaction.text(what + ": " + (cause.getMessage() == null ? cause : cause.getMessage()));
    }
}
