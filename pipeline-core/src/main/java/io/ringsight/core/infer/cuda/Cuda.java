package io.ringsight.core.infer.cuda;

import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.SizeTPointer;

/** Outcomes of calls of the CUDA runtime, and the calling thread's device. */
public final class Cuda {
    private Cuda() {}

    /**
     * Throws unless {@code code} means success. Allocates nothing then.
     *
     * @param code what the native function returned
     * @param call the native function
     * @throws CudaFailure that names the call and the error
     */
    public static void check(int code, String call) {
        if (code != cudart.cudaSuccess) {
            throw new CudaFailure(call, code, text(code));
        }
    }
    /** Makes {@code device} the one that the calling thread's next calls mean. Cheap; allocates nothing. */
    public static void use(int device) {
        check(cudart.cudaSetDevice(device), "cudaSetDevice");
    }

    /**
     * As {@link #use}, for a thread whose libraries work in the current context, which is the device's primary one then.
     *
     * @return why that cannot be, in one sentence, or nothing
     */
    public static String enter(int device) {
        try {
            use(device);
            return "";
        } catch (CudaFailure e) {
            return e.getMessage();
        } catch (LinkageError e) {
            return MissingLibrary.sentence(e);
        }
    }

    /**
     * Lets threads that wait for the calling thread's device sleep, as many cameras' do. Should a driver refuse it,
     * waits cost a core, no more.
     */
    public static void waitWithoutSpinning() {
        if (cudart.cudaSetDeviceFlags(cudart.cudaDeviceScheduleBlockingSync) != cudart.cudaSuccess) {
            cudart.cudaGetLastError();
        }
    }

    /** Waits until all streams of the calling thread's device are done. */
    public static void synchronize() {
        check(cudart.cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    }

    /** Free memory of the calling thread's device, in bytes. */
    public static long freeBytes() {
        try (SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            check(cudart.cudaMemGetInfo(free, total), "cudaMemGetInfo");
            return free.get();
        }
    }

    /** The error's name and sentence, e.g. {@code cudaErrorMemoryAllocation: out of memory}. */
    static String text(int code) {
        try (BytePointer name = cudart.cudaGetErrorName(code);
                BytePointer sentence = cudart.cudaGetErrorString(code)) {
            return string(name) + ": " + string(sentence);
        }
    }

    private static String string(BytePointer text) {
        return text == null || text.isNull() ? "unknown error" : text.getString();
    }
}
