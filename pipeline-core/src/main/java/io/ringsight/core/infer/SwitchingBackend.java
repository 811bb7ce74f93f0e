package io.ringsight.core.infer;

import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.BackendMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The CPU computes until the GPU is ready, then the GPU, and the CPU again should the GPU break:
 *
 * <pre>
 *   CPU ─engine is built, in the background─▶ GPU ─breaks─▶ CPU, for good
 * </pre>
 *
 * <p>Work moves from one batch to the next; each message says which of the two computed it ({@link Lane#backend()}).
 */
public final class SwitchingBackend implements InferenceBackend {
    private static final Logger LOG = LoggerFactory.getLogger(SwitchingBackend.class);
    private static final long CLOSE_LIMIT_MS = 30_000;

    private final InferenceBackend cpu;
    private final BackendMetrics metrics;
    private final List<Lane> lanes = new ArrayList<>();
    private Thread opener;
    private InferenceBackend gpu;
    private boolean closed;
    /** Written before {@link #gpuLanes}, so seen with it. */
    private OptionalInt cudaDevice = OptionalInt.empty();

    private volatile LanePool gpuLanes;
    private volatile String name;

    /**
     * Takes over {@code cpu}, which is closed with this.
     *
     * @param floatsPerRow numbers the model gives for one picture
     */
    public SwitchingBackend(InferenceBackend cpu, BackendMetrics metrics, int floatsPerRow) {
        this.cpu = cpu;
        this.metrics = metrics;
        name = cpu.name();
        for (Lane lane : cpu.lanes()) {
            lanes.add(new SwitchingLane(this, lane, cpu.maxBatch(), floatsPerRow));
        }
    }

    /** Opens the GPU's backend on this thread and lets it compute; the CPU does if that fails. */
    public void openNow(Supplier<InferenceBackend> opening) {
        try {
            adopt(opening.get());
        } catch (RuntimeException | Error e) {
            // A library of the GPU that does not load, or memory it does not get, is an Error.
            metrics.count(BackendCounter.FALLBACKS_TO_CPU);
            LOG.warn(
                    "the CPU computes, because the GPU cannot: {}",
                    e instanceof InferenceException ? e.getMessage() : e);
        }
    }

    /** As {@link #openNow}, on a thread of its own, while the CPU computes. */
    public void openInBackground(Supplier<InferenceBackend> opening) {
        opener = new Thread(() -> openNow(opening), "gpu-opener");
        opener.setDaemon(true);
        opener.start();
    }

    private synchronized void adopt(InferenceBackend opened) {
        if (closed) {
            opened.close();
            return;
        }
        if (opened.maxBatch() != cpu.maxBatch()) {
            opened.close();
            throw InferenceException.fatal(
                    "its batches are of " + opened.maxBatch() + ", the CPU's of " + cpu.maxBatch(), null);
        }
        gpu = opened;
        cudaDevice = opened.cudaDevice();
        name = opened.name();
        metrics.count(BackendCounter.SWITCHES_TO_GPU);
        LOG.info("{} computes from now on, {} lanes", name, opened.lanes().size());
        gpuLanes = new LanePool(opened.lanes());
    }

    /** The GPU's free lanes, or null while the CPU computes. */
    LanePool gpuLanes() {
        return gpuLanes;
    }

    /** The GPU failed for good. */
    synchronized void gpuBroke(InferenceException cause) {
        LanePool lost = gpuLanes;
        if (lost == null) {
            return;
        }
        gpuLanes = null;
        name = cpu.name();
        lost.close();
        metrics.count(BackendCounter.FALLBACKS_TO_CPU);
        LOG.error("the GPU broke, the CPU computes from now on: {}", cause.getMessage());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Lane> lanes() {
        return List.copyOf(lanes);
    }

    @Override
    public int maxBatch() {
        return cpu.maxBatch();
    }

    /** The CPU's lanes read no GPU's memory, and its turn may come with any batch once the GPU has failed. */
    @Override
    public OptionalInt cudaDevice() {
        return gpuLanes == null ? OptionalInt.empty() : cudaDevice;
    }

    @Override
    public BackendMetrics metrics() {
        return metrics;
    }

    /** Waits for an engine being built, at most 30 s: ending the process under TensorRT could crash it. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        if (opener != null) {
            awaitOpener();
        }
        synchronized (this) {
            gpuLanes = null;
            if (gpu != null) {
                gpu.close();
            }
        }
        cpu.close();
    }

    private void awaitOpener() {
        try {
            opener.join(CLOSE_LIMIT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (opener.isAlive()) {
            LOG.warn("the engine is still being built after {} ms: leaving it", CLOSE_LIMIT_MS);
        }
    }
}
