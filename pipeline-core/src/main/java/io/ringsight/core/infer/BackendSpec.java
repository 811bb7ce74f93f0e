package io.ringsight.core.infer;

/**
 * Which device computes, and how much at a time.
 *
 * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param lanes batches in flight; 0: as many as the device does best with (CPU: two per core)
 * @param maxBatch the most pictures one launch takes; a model file of a smaller fixed batch size makes it smaller
 * @param cudaGraphs whether a GPU's work is recorded and started as a whole
 * @param sharers models that share the CPU's cores with this one, itself included: each gets its part
 * @param gently whether it is loaded beside cameras that run: a lane of the CPU is warmed up after the other, not all at
 *     once
 */
public record BackendSpec(String device, int lanes, int maxBatch, boolean cudaGraphs, int sharers, boolean gently) {
    /** The most lanes: more than any machine has use for, few enough to notice a mistyped number. */
    public static final int MAX_LANES = 256;
    /** The largest batch. */
    public static final int MAX_BATCH = 64;

    public BackendSpec {
        if (!isDevice(device)) {
            throw new IllegalArgumentException("device must be auto, cpu, cuda or cuda:N: " + device);
        }
        if (lanes < 0 || lanes > MAX_LANES) {
            throw new IllegalArgumentException("lanes must be 0 (automatic) to " + MAX_LANES + ": " + lanes);
        }
        if (maxBatch < 1 || maxBatch > MAX_BATCH) {
            throw new IllegalArgumentException("maxBatch must be 1 to " + MAX_BATCH + ": " + maxBatch);
        }
    }

    /** Alone on the CPU. */
    public BackendSpec(String device, int lanes, int maxBatch, boolean cudaGraphs) {
        this(device, lanes, maxBatch, cudaGraphs, 1, false);
    }

    /** With CUDA graphs. */
    public BackendSpec(String device, int lanes, int maxBatch) {
        this(device, lanes, maxBatch, true);
    }

    /** The same beside so many models in all. */
    public BackendSpec sharedBy(int models) {
        return new BackendSpec(device, lanes, maxBatch, cudaGraphs, models, gently);
    }

    /** The same loaded beside cameras that run. */
    public BackendSpec loadedGently() {
        return new BackendSpec(device, lanes, maxBatch, cudaGraphs, sharers, true);
    }

    /** The same with one lane of one picture, on one core. */
    public BackendSpec asShadow() {
        return new BackendSpec(device, 1, 1, cudaGraphs, Runtime.getRuntime().availableProcessors(), gently);
    }

    /** The CPU cores that are this model's: at least one. */
    public int cores() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / sharers);
    }

    /** Two lanes per CPU core, batch size 1, on the CPU. */
    public static BackendSpec cpu() {
        return new BackendSpec("cpu", 0, 1);
    }

    /** Whether nothing but a GPU will do. */
    public boolean isGpu() {
        return device.startsWith("cuda");
    }

    /** Whether {@code device} is a device's name. */
    public static boolean isDevice(String device) {
        return device != null && device.matches("auto|cpu|cuda(:\\d{1,2})?");
    }
}
