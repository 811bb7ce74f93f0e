package io.ringsight.app.config;

import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.model.ModelSpec;
import java.util.List;

/**
 * What computes.
 *
 * @param model the model, read and checked
 * @param backend device, lanes and batch
 * @param threshold least confidence of a published detection
 * @param ringSize frames of all sources together on their way, a power of two
 * @param stopTimeoutMs the whole of a shutdown, however many sources and sinks there are
 * @param devicePlace where the device stands in the file
 * @param then what looks at the objects it finds
 */
public record PipelineConfig(
        ModelSpec model,
        BackendSpec backend,
        float threshold,
        int ringSize,
        int stopTimeoutMs,
        Place devicePlace,
        List<Then> then) {
    /**
     * A model that looks at the objects of another.
     *
     * @param name its name in {@code models}
     * @param pipeline what computes it; without a ring and models of its own
     * @param attribute what its result is called in messages
     * @param classes names of those whose objects it looks at; none: all
     * @param maxObjects the most objects of a frame it looks at
     */
    public record Then(String name, PipelineConfig pipeline, String attribute, List<String> classes, int maxObjects) {
        public Then {
            classes = List.copyOf(classes);
        }

        /** The ids of its classes in the labels of what found the objects. */
        public WantedClasses wanted(ModelSpec first) {
            return new ClassNames(first.labels()).wanted(classes);
        }

        /** Whether {@code other} looks at the same objects with a model of the same name, whatever that computes. */
        boolean looksAs(Then other) {
            return name.equals(other.name)
                    && attribute.equals(other.attribute)
                    && classes.equals(other.classes)
                    && maxObjects == other.maxObjects;
        }

        private Then with(PipelineConfig computed) {
            return new Then(name, computed, attribute, classes, maxObjects);
        }
    }

    public PipelineConfig {
        then = List.copyOf(then);
    }

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

    /** As this, but for what one of several models says itself; nothing looks at its objects. */
    PipelineConfig with(ModelSpec other, BackendSpec on, float least, Place deviceAt) {
        return new PipelineConfig(other, on, least, ringSize, stopTimeoutMs, deviceAt, List.of());
    }

    /** As this, with these looking at its objects. */
    PipelineConfig with(List<Then> seconds) {
        return new PipelineConfig(model, backend, threshold, ringSize, stopTimeoutMs, devicePlace, seconds);
    }

    /** As this, beside other models: so many in all share the CPU. Those that look at its objects have its part. */
    PipelineConfig sharedBy(int models) {
        return with(model, backend.isGpu() ? backend : backend.sharedBy(models), threshold, devicePlace)
                .with(then.stream()
                        .map(second -> second.with(second.pipeline.sharedBy(models)))
                        .toList());
    }

    /** As this, one frame at a time, in what others leave. */
    PipelineConfig asShadow() {
        return with(model, backend.asShadow(), threshold, devicePlace);
    }

    /** As this, loaded beside cameras that run. */
    public PipelineConfig loadedGently() {
        return with(model, backend.loadedGently(), threshold, devicePlace).with(then);
    }

    /** Whether {@code other} computes the same: the same bytes of a model, in the same way, on the same device. */
    public boolean computesAs(PipelineConfig other) {
        return model.equals(other.model) && backend.equals(other.backend) && threshold == other.threshold;
    }

    /** Whether the same models look at its objects in the same way, whatever they compute. */
    boolean looksAs(PipelineConfig other) {
        boolean same = then.size() == other.then.size();
        for (int i = 0; same && i < then.size(); i++) {
            same = then.get(i).looksAs(other.then.get(i));
        }
        return same;
    }

    /** The same model and device in the ring of {@code other}, which takes a restart to change. */
    public PipelineConfig withRing(PipelineConfig other) {
        return new PipelineConfig(model, backend, threshold, other.ringSize, other.stopTimeoutMs, devicePlace, then);
    }
}
