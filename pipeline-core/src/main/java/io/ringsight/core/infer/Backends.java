package io.ringsight.core.infer;

import io.ringsight.core.infer.onnx.OnnxBackend;
import io.ringsight.core.model.ModelSpec;

/** Opens the backend for a device. */
public final class Backends {
    private Backends() {}

    /**
     * Loads a model on a device, makes its lanes and runs each once, so that the first picture is not slower than the
     * rest. {@code auto} is the processor.
     *
     * @throws InferenceException fatal: if the device is not there or the model does not run on it
     */
    public static InferenceBackend open(ModelSpec model, BackendSpec spec) {
        if (spec.device().startsWith("cuda")) {
            throw InferenceException.fatal(
                    "device '" + spec.device() + "' is not available: this build has no CUDA backend; use 'cpu'", null);
        }
        int lanes = spec.lanes() > 0 ? spec.lanes() : 2 * Runtime.getRuntime().availableProcessors();
        return OnnxBackend.open(model, Math.min(lanes, BackendSpec.MAX_LANES), spec.maxBatch());
    }
}
