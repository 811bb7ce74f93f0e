package io.ringsight.core.infer.cuda;

import java.util.Set;

/** A call of the CUDA runtime failed. The message names the call, the error and what CUDA says of it. */
public final class CudaFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MEMORY_ALLOCATION = 2;
    /** Errors after which every later call of this process fails too, by cudaError_t's numbers. */
    private static final Set<Integer> STICKY =
            Set.of(46, 214, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 721, 999);

    private final String call;
    private final int code;

    /**
     * @param call the native function
     * @param code cudaError_t's number
     * @param text its name and sentence
     */
    public CudaFailure(String call, int code, String text) {
        super(call + " failed: " + text);
        this.call = call;
        this.code = code;
    }

    /** The native function. */
    public String call() {
        return call;
    }

    /** cudaError_t's number. */
    public int code() {
        return code;
    }

    /** Whether the device's memory, or memory the device can read, was not enough. */
    public boolean isOutOfMemory() {
        return code == MEMORY_ALLOCATION;
    }

    /** Whether the process can never use the device again. */
    public boolean isSticky() {
        return STICKY.contains(code);
    }
}
