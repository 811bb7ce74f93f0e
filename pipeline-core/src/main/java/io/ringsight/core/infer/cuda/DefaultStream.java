package io.ringsight.core.infer.cuda;

import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;

/** A device's default stream, on which libraries work that know no other. Belongs to the device: nothing to close. */
public final class DefaultStream {
    private final int device;

    public DefaultStream(int device) {
        this.device = device;
    }

    /** Waits until all that was queued is done; returns why that cannot be, or nothing. Allocates nothing then. */
    public String await() {
        int result = cudart.cudaSetDevice(device);
        if (result == cudart.cudaSuccess) {
            result = cudart.cudaStreamSynchronize((CUstream_st) null);
        }
        return result == cudart.cudaSuccess ? "" : "cudaStreamSynchronize: " + Cuda.text(result);
    }
}
