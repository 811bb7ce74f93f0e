package io.ringsight.core.infer.open;

import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.infer.cuda.CudaDevice;
import io.ringsight.core.infer.cuda.CudaDevices;
import io.ringsight.core.infer.onnx.OnnxBackend;
import io.ringsight.core.infer.tensorrt.EngineCache;
import io.ringsight.core.infer.tensorrt.TensorRtBackend;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelSpec;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the backend for a device. */
public final class Backends {
    private static final Logger LOG = LoggerFactory.getLogger(Backends.class);
    /** Batches in flight a GPU: one copied down, one computed, one copied up, one being loaded. */
    private static final int LANES_A_GPU = 4;

    private Backends() {}

    /**
     * Loads a model on the device a user names, makes its lanes and runs each once, so that the first picture is not
     * slower than the rest.
     *
     * <p>{@code cuda} is all GPUs, {@code cuda:N} one; an engine is built first if the cache has none, which may take
     * minutes. {@code auto} is a GPU if there is one: the CPU computes while the engine is built, and if the GPU
     * fails.
     *
     * @param metrics where is counted what happens to the device
     * @throws InferenceException fatal: if the device is not there or the model does not run on it
     */
    public static Opened open(ModelSpec model, BackendSpec spec, Counters<BackendCounter> metrics) {
        return open(model, spec, metrics, EngineCache.of(System.getenv()));
    }

    /** As {@link #open(ModelSpec, BackendSpec, Counters<BackendCounter>)} with engines kept in {@code cache}. */
    public static Opened open(ModelSpec model, BackendSpec spec, Counters<BackendCounter> metrics, EngineCache cache) {
        Opened opened = openAny(model, spec, metrics, cache);
        if (!Models.isUnchanged(model)) {
            opened.now().close();
            throw InferenceException.fatal(
                    model.weights().file()
                            + " changed while it was opened; put the new one beside it, rename it, and try again",
                    null);
        }
        return opened;
    }

    private static Opened openAny(
            ModelSpec model, BackendSpec spec, Counters<BackendCounter> metrics, EngineCache cache) {
        if (!spec.device().equals("auto")) {
            return Opened.of(openOne(model, spec, metrics, cache));
        }
        CudaDevices found = CudaDevices.probe();
        InferenceBackend cpu = openCpu(model, spec);
        if (found.devices().isEmpty()) {
            LOG.info("device auto: using the CPU, because {}", found.reason());
            metrics.count(BackendCounter.FALLBACKS_TO_CPU);
            return Opened.of(cpu);
        }
        tellLeftOut(found);
        TensorRtBackend.Options options = options(spec, found.devices(), cache);
        return new Opened(
                cpu,
                Optional.of(() -> TensorRtBackend.open(model, found.devices(), options, metrics)),
                TensorRtBackend.isCached(model, found.devices(), options));
    }

    /**
     * As {@link #open(ModelSpec, BackendSpec, Counters<BackendCounter>)} on the one device that {@code spec} names: {@code cpu},
     * {@code cuda} or {@code cuda:N}.
     */
    public static InferenceBackend openOne(
            ModelSpec model, BackendSpec spec, Counters<BackendCounter> metrics, EngineCache cache) {
        if (spec.device().equals("cpu")) {
            return openCpu(model, spec);
        }
        List<CudaDevice> devices = chosen(spec.device(), CudaDevices.probe());
        return TensorRtBackend.open(model, devices, options(spec, devices, cache), metrics);
    }

    private static InferenceBackend openCpu(ModelSpec model, BackendSpec spec) {
        int lanes = spec.lanes() > 0 ? spec.lanes() : 2 * spec.cores();
        return OnnxBackend.open(
                model, Math.min(lanes, BackendSpec.MAX_LANES), spec.maxBatch(), spec.cores(), spec.gently());
    }

    private static TensorRtBackend.Options options(BackendSpec spec, List<CudaDevice> devices, EngineCache cache) {
        int lanes = spec.lanes() > 0 ? spec.lanes() : LANES_A_GPU * devices.size();
        return new TensorRtBackend.Options(
                Math.min(lanes, BackendSpec.MAX_LANES), spec.maxBatch(), spec.cudaGraphs(), cache);
    }

    private static List<CudaDevice> chosen(String device, CudaDevices found) {
        if (found.devices().isEmpty()) {
            throw unavailable(device, found.reason());
        }
        if (device.equals("cuda")) {
            tellLeftOut(found);
            return found.devices();
        }
        int index = Integer.parseInt(device.substring("cuda:".length()));
        return found.devices().stream()
                .filter(one -> one.index() == index)
                .findFirst()
                .map(List::of)
                .orElseThrow(() -> unavailable(device, missing(index, found)));
    }

    private static String missing(int index, CudaDevices found) {
        return found.leftOut().stream()
                .filter(old -> old.index() == index)
                .findFirst()
                .map(CudaDevices::tooOld)
                .orElse("this machine has " + names(found.devices()));
    }

    private static void tellLeftOut(CudaDevices found) {
        found.leftOut().forEach(old -> LOG.warn("leaving a GPU out: {}", CudaDevices.tooOld(old)));
    }

    private static InferenceException unavailable(String device, String reason) {
        return InferenceException.fatal("device '" + device + "' is not available: " + reason, null);
    }

    private static String names(List<CudaDevice> devices) {
        return devices.stream()
                .map(device -> "cuda:" + device.index() + " (" + device.name() + ")")
                .collect(Collectors.joining(", "));
    }
}
