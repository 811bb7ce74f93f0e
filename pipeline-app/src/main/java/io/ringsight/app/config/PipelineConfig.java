package io.ringsight.app.config;

import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.model.ModelSpec;

/**
 * What computes.
 *
 * @param model the model, read and checked
 * @param backend device, lanes and batch
 * @param threshold least confidence of a published detection
 * @param ringSize frames of all sources together on their way, a power of two
 * @param stopTimeoutMs the whole of a shutdown, however many sources and sinks there are
 * @param devicePlace where the device stands in the file
 */
public record PipelineConfig(
        ModelSpec model, BackendSpec backend, float threshold, int ringSize, int stopTimeoutMs, Place devicePlace) {
    /** Whatever is there. */
    public static final String DEFAULT_DEVICE = "auto";
    /** One picture a launch: the least delay. */
    public static final int DEFAULT_MAX_BATCH = 1;
    /** Room for thirty-two cameras of two credits. */
    public static final int DEFAULT_RING_SIZE = 64;
    /** Less than the ten seconds that a container's manager gives. */
    public static final int DEFAULT_STOP_TIMEOUT_MS = 8_000;
    /** The largest ring. */
    public static final int MAX_RING_SIZE = 4096;

    /** As this, but for what one of several models says itself. */
    PipelineConfig with(ModelSpec other, BackendSpec on, float least, Place deviceAt) {
        return new PipelineConfig(other, on, least, ringSize, stopTimeoutMs, deviceAt);
    }

    /** As this, beside other models: so many in all share the CPU. */
    PipelineConfig sharedBy(int models) {
        return with(model, backend.sharedBy(models), threshold, devicePlace);
    }

    /** As this, loaded beside cameras that run. */
    public PipelineConfig loadedGently() {
        return with(model, backend.loadedGently(), threshold, devicePlace);
    }

    /** Whether {@code other} computes the same: the same bytes of a model, in the same way, on the same device. */
    public boolean computesAs(PipelineConfig other) {
        return model.equals(other.model) && backend.equals(other.backend) && threshold == other.threshold;
    }

    /** The same model and device in the ring of {@code other}, which takes a restart to change. */
    public PipelineConfig withRing(PipelineConfig other) {
        return new PipelineConfig(model, backend, threshold, other.ringSize, other.stopTimeoutMs, devicePlace);
    }
}
