package io.ringsight.core.detector;

import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.model.ModelSpec;
import java.util.function.Function;

/**
 * A model that looks at the objects another one found.
 *
 * @param attribute what its result is called in messages
 * @param classes which objects it looks at, by what found them
 * @param maxObjects the most of a frame, 1 to {@value #MAX_OBJECTS}: what bounds the work
 * @param detectors what computes; may become another at any time, closed by who made it
 */
public record SecondModel(
        String attribute, Function<ModelSpec, WantedClasses> classes, int maxObjects, DetectorSwitch detectors) {
    /** The largest {@link #maxObjects()}. */
    public static final int MAX_OBJECTS = 300;
    /** The most models behind one. */
    public static final int MAX_MODELS = 8;
}
