package io.ringsight.core.detector;

import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.run.Threads;
import io.ringsight.core.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which detector computes now. Another takes its place between two batches: the GPU's when its engine is ready, the
 * CPU's again should the GPU break, that of another model when one is to be replaced.
 *
 * <pre>
 *   CPU ─engine is built, in the background─▶ GPU ─breaks─▶ CPU, for good
 * </pre>
 *
 * <p><b>Threads.</b> Any. {@link #current()} is one volatile read.
 */
public final class DetectorSwitch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DetectorSwitch.class);
    private static final long CLOSE_LIMIT_MS = 30_000;

    private final Counters<BackendCounter> metrics;
    /** Whose lanes may be in use still: those that broke, and those whose last batch did not end in time. */
    private final List<Detector> left = new ArrayList<>();

    private Thread opener;
    private boolean closed;
    private volatile Detector current;

    /** Always {@code detector}, which is closed with this. */
    public DetectorSwitch(Detector detector) {
        metrics = new Counters<>(BackendCounter.class);
        current = detector;
    }

    /**
     * What was opened, and what is better once that is ready. Waits for a better device whose engine is there; one that
     * must be built first is opened on a thread of its own.
     *
     * @param threshold least confidence of a detection
     * @param metrics where changes are counted
     */
    public DetectorSwitch(ModelSpec model, float threshold, Opened opened, Counters<BackendCounter> metrics) {
        this.metrics = metrics;
        Detector first = new Detector(model, threshold, opened.now());
        current = best(first, opened);
        improveLater(first, opened);
    }

    private Detector best(Detector first, Opened opened) {
        return opened.betterIsReady()
                ? opened.better()
                        .flatMap(opening -> better(first, opening))
                        .map(this::tell)
                        .orElse(first)
                : first;
    }

    /** Empty, counted and told, where it cannot be. */
    private Optional<Detector> better(Detector first, Supplier<InferenceBackend> opening) {
        try {
            return Optional.of(first.on(opening.get()));
        } catch (RuntimeException | Error e) {
            // A library of the GPU that does not load, or memory it does not get, is an Error.
            metrics.count(BackendCounter.FALLBACKS_TO_CPU);
            LOG.warn(
                    "using the CPU, because the GPU cannot be used: {}",
                    e instanceof InferenceException ? e.getMessage() : e.toString());
            return Optional.empty();
        }
    }

    private Detector tell(Detector better) {
        InferenceBackend backend = better.backend();
        metrics.count(BackendCounter.SWITCHES_TO_GPU);
        LOG.info(
                "{} computes from now on, {} lanes",
                backend.name(),
                backend.lanes().size());
        return better;
    }

    /** One engine is built at a time, and none for a model that was replaced meanwhile. */
    private synchronized void improveLater(Detector first, Opened opened) {
        if (closed || opened.betterIsReady() || opened.better().isEmpty()) {
            return;
        }
        Thread before = opener;
        opener = Threads.start(
                "gpu-opener", () -> improve(before, first, opened.better().get()));
    }

    private void improve(Thread before, Detector first, Supplier<InferenceBackend> opening) {
        try {
            if (before != null) {
                before.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (current == first) {
            better(first, opening).ifPresent(better -> adopt(first, better));
        }
    }

    private synchronized void adopt(Detector first, Detector better) {
        if (closed || current != first) {
            better.backend().close();
            return;
        }
        current = tell(better);
    }

    /**
     * Another model, or the same by other settings, computes from the next batch on. Waits for the last batch of the one
     * before, at most 30 s by {@code clock}, and closes it.
     *
     * @param threshold least confidence of a detection
     */
    public void replace(ModelSpec model, float threshold, Opened opened, Clock clock) throws InterruptedException {
        Detector first = new Detector(model, threshold, opened.now());
        Detector next = best(first, opened);
        Detector before;
        synchronized (this) {
            if (closed) {
                next.close();
                return;
            }
            before = current;
            current = next;
        }
        metrics.count(BackendCounter.MODELS_REPLACED);
        improveLater(first, opened);
        retire(before, clock);
    }

    private void retire(Detector before, Clock clock) throws InterruptedException {
        before.retire();
        boolean idle = false;
        try {
            idle = before.awaitIdle(CLOSE_LIMIT_MS, clock);
        } finally {
            synchronized (this) {
                if (idle) {
                    before.close();
                } else {
                    left.add(before);
                }
            }
        }
    }

    /** What computes the batches that begin now. */
    public Detector current() {
        return current;
    }

    /** The GPU in whose memory pictures may lie now; empty: they must be in host memory. */
    public OptionalInt cudaDevice() {
        return current.backend().cudaDevice();
    }

    /** What is counted of what computes. */
    public Counters<BackendCounter> metrics() {
        return metrics;
    }

    /**
     * What a failure of {@code failed} means to the frames it was to compute. Where it broke for good and its model runs on
     * another device too, that one computes from now on, and only these frames are lost.
     */
    public InferenceException outcome(Detector failed, InferenceException e) {
        if (!e.isFatal() || failed.fallback().isEmpty()) {
            return e;
        }
        fallBack(failed, e);
        return InferenceException.ofFrame(e.getMessage(), e);
    }

    private synchronized void fallBack(Detector failed, InferenceException cause) {
        if (current != failed) {
            return;
        }
        current = failed.fallback().orElseThrow();
        left.add(failed);
        failed.retireAlone();
        metrics.count(BackendCounter.FALLBACKS_TO_CPU);
        LOG.error("the GPU failed; using the CPU from now on: {}", cause.getMessage());
    }

    /**
     * Closes every detector; no lane may be in use. Waits for an engine being built, at most 30 s: ending the process
     * under TensorRT could crash it.
     */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        if (opener != null) {
            awaitOpener();
        }
        synchronized (this) {
            left.forEach(Detector::close);
            current.close();
        }
    }

    private void awaitOpener() {
        if (!Threads.awaitEnd(opener, CLOSE_LIMIT_MS)) {
            LOG.warn("the engine is still being built after {} ms: leaving it", CLOSE_LIMIT_MS);
        }
    }
}
