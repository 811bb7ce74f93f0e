package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.infer.Staging;
import io.ringsight.core.infer.WarmUp;
import io.ringsight.core.infer.cuda.Closing;
import io.ringsight.core.infer.cuda.CudaDevice;
import io.ringsight.core.infer.cuda.PinnedPictures;
import io.ringsight.core.infer.tensorrt.lib.TensorRt;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.preprocess.HostLetterbox;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Inference on one or more NVIDIA GPUs with TensorRT. Lane i is on device i modulo their number, so batches go round
 * the devices; a device has one engine for all its lanes.
 */
public final class TensorRtBackend implements InferenceBackend {
    /** Its name in messages and metrics. */
    public static final String NAME = "tensorrt-cuda";

    private static final Logger LOG = LoggerFactory.getLogger(TensorRtBackend.class);

    private final ModelSpec model;
    private final int maxBatch;
    private final Counters<BackendCounter> metrics;
    private final HostLetterbox hostLetterbox;
    private final List<TensorRtDevice> devices = new ArrayList<>();
    private final List<TensorRtLane> lanes = new ArrayList<>();
    private GpuWatch watch;
    private Optional<Staging> staging = Optional.empty();
    private PinnedPictures pinned;
    private boolean closed;

    /**
     * How to compute.
     *
     * @param lanes batches in flight on all devices together
     * @param maxBatch the most pictures of one launch
     * @param graphs whether to use CUDA graphs
     * @param cache where engines are kept
     */
    public record Options(int lanes, int maxBatch, boolean graphs, EngineCache cache) {}

    private TensorRtBackend(ModelSpec model, int maxBatch, Counters<BackendCounter> metrics) {
        this.model = model;
        this.metrics = metrics;
        this.maxBatch = maxBatch;
        hostLetterbox = new HostLetterbox(model.input());
    }

    /** The largest batch of a model of perhaps fixed batch size. */
    private static int batch(ModelSpec model, int wanted) {
        int fixed = model.input().fixedBatch();
        return fixed == 0 ? wanted : Math.min(wanted, fixed);
    }

    /** Whether {@link #open} need not build an engine. */
    public static boolean isCached(ModelSpec model, List<CudaDevice> devices, Options options) {
        int maxBatch = batch(model, options.maxBatch());
        return TensorRt.problem().isEmpty()
                && devices.stream().allMatch(device -> Engine.isCached(model, device, maxBatch, options.cache()));
    }

    /**
     * Reads or builds the engines, makes the lanes and runs each once. May take minutes, when an engine is built.
     *
     * @param devices at least one, as {@code CudaDevices.probe()} found them
     * @throws InferenceException fatal: with the native call that failed, if the model cannot run there; nothing is
     *     left behind
     */
    public static TensorRtBackend open(
            ModelSpec model, List<CudaDevice> devices, Options options, Counters<BackendCounter> metrics) {
        if (!TensorRt.problem().isEmpty()) {
            throw InferenceException.fatal(TensorRt.problem(), null);
        }
        TensorRtBackend backend = new TensorRtBackend(model, batch(model, options.maxBatch()), metrics);
        try {
            backend.make(devices, options);
            backend.pinned =
                    new PinnedPictures(model.input(), backend.devices.get(0).index());
            backend.staging = Optional.of(backend.pinned);
            backend.watch = GpuWatch.start(backend.devices);
            return backend;
        } catch (RuntimeException e) {
            RuntimeException more = backend.closeAll();
            if (more != null) {
                e.addSuppressed(more);
            }
            throw InferenceException.fatal(model.weights().file() + " on the GPU: " + e.getMessage(), e);
        }
    }

    private void make(List<CudaDevice> wanted, Options options) {
        for (CudaDevice device : wanted) {
            devices.add(TensorRtDevice.open(model, device, maxBatch, options.cache(), metrics));
        }
        for (int i = 0; i < options.lanes(); i++) {
            lanes.add(TensorRtLane.open(devices.get(i % devices.size()), model, maxBatch, hostLetterbox));
        }
        WarmUp.run(lanes, maxBatch);
        if (options.graphs()) {
            lanes.forEach(TensorRtLane::recordGraphs);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Lane> lanes() {
        return Collections.unmodifiableList(lanes);
    }

    /** The lanes themselves, for measuring. */
    List<TensorRtLane> measuredLanes() {
        return lanes;
    }

    @Override
    public int maxBatch() {
        return maxBatch;
    }

    @Override
    public OptionalInt cudaDevice() {
        return devices.size() == 1 ? OptionalInt.of(devices.get(0).index()) : OptionalInt.empty();
    }

    @Override
    public Optional<Staging> staging() {
        return staging;
    }

    /** What cannot be freed, because the device is broken, is said in the log at level debug. */
    @Override
    public void close() {
        RuntimeException failure = closeAll();
        if (failure != null) {
            LOG.debug("closing: {}", failure.getMessage(), failure);
        }
    }

    private RuntimeException closeAll() {
        if (closed) {
            return null;
        }
        closed = true;
        Closing closing = new Closing().close(watch).close(pinned);
        lanes.forEach(closing::close);
        devices.forEach(closing::close);
        return closing.close(hostLetterbox).failure();
    }
}
