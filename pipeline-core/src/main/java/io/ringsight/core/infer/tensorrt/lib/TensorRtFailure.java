package io.ringsight.core.infer.tensorrt.lib;

/** A call of TensorRT failed. The message names the call and repeats what TensorRT logged last. */
public final class TensorRtFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message names the call and what is wrong */
    public TensorRtFailure(String message) {
        super(message);
    }

    /** Throws unless {@code succeeded}. */
    public static void check(boolean succeeded, String call, TensorRtLog log) {
        if (!succeeded) {
            throw new TensorRtFailure(call + " failed: " + log.takeError());
        }
    }
}
