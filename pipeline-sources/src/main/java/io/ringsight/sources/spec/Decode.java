package io.ringsight.sources.spec;

/** Who decodes a source's video. */
public enum Decode {
    /** The GPU where it can and the model computes there too, so that pictures stay on it; else the CPU. */
    AUTO,
    /** The CPU. */
    CPU,
    /** The GPU; the source ends where that cannot be. */
    CUDA
}
