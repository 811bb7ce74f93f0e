package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.infer.cuda.Closing;
import io.ringsight.core.infer.cuda.Cuda;
import io.ringsight.core.infer.cuda.CudaDevice;
import io.ringsight.core.infer.cuda.CudaLetterbox;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelSpec;

/** What the lanes of one GPU share: the engine and the letterbox kernel. */
final class TensorRtDevice implements AutoCloseable {
    private final CudaDevice device;
    private final Counters<BackendCounter> metrics;
    private final DevicePulse pulse = new DevicePulse();
    private Engine engine;
    private CudaLetterbox letterbox;

    private TensorRtDevice(CudaDevice device, Counters<BackendCounter> metrics) {
        this.device = device;
        this.metrics = metrics;
    }

    /** Reads or builds the engine; the calling thread's device becomes {@code device}. */
    static TensorRtDevice open(
            ModelSpec model, CudaDevice device, int maxBatch, EngineCache cache, Counters<BackendCounter> metrics) {
        TensorRtDevice made = new TensorRtDevice(device, metrics);
        try {
            Cuda.use(device.index());
            Cuda.waitWithoutSpinning();
            made.letterbox = CudaLetterbox.open(device, model.input(), cache.folder());
            made.engine = Engine.open(model, device, maxBatch, cache, metrics);
            return made;
        } catch (RuntimeException e) {
            RuntimeException more = made.closeAll();
            if (more != null) {
                e.addSuppressed(more);
            }
            throw e;
        }
    }

    int index() {
        return device.index();
    }

    String name() {
        return device.name();
    }

    /** Whether it answers. */
    DevicePulse pulse() {
        return pulse;
    }

    Engine engine() {
        return engine;
    }

    CudaLetterbox letterbox() {
        return letterbox;
    }

    Counters<BackendCounter> metrics() {
        return metrics;
    }

    private RuntimeException closeAll() {
        return new Closing()
                .close(() -> Cuda.use(device.index()))
                .close(engine)
                .close(letterbox)
                .failure();
    }

    /** Its lanes must be closed. */
    @Override
    public void close() {
        RuntimeException failure = closeAll();
        if (failure != null) {
            throw failure;
        }
    }
}
