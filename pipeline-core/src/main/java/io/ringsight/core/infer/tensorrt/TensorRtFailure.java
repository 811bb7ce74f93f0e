package io.ringsight.core.infer.tensorrt;

/** A call of TensorRT failed. The message names the call and repeats what TensorRT logged last. */
final class TensorRtFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TensorRtFailure(String message) {
        super(message);
    }

    /** Throws unless {@code succeeded}. */
    static void check(boolean succeeded, String call, TensorRtLog log) {
        if (!succeeded) {
            throw new TensorRtFailure(call + " failed: " + log.takeError());
        }
    }
}
