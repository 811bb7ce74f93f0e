package io.ringsight.core.model;

import java.nio.FloatBuffer;
import java.util.Optional;

/** Runs a model on one picture, to see whether its numbers are what its layout says. */
@FunctionalInterface
public interface Sample {
    /** Nothing can be run. */
    Sample NONE = (input, output, scene) -> Optional.empty();

    /** What the picture shows. */
    enum Scene {
        /** Blocks of all colours. */
        PATTERN,
        /** Nothing. */
        BLACK
    }

    /** The output for the first picture of a batch, position 0; empty if the model cannot be run on it. */
    Optional<FloatBuffer> of(ModelInput input, ModelOutput output, Scene scene);
}
