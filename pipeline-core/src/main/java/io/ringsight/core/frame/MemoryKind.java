package io.ringsight.core.frame;

/** Where a picture's planes lie. */
public enum MemoryKind {
    HOST,
    CUDA
}
