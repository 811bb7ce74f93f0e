package io.ringsight.core.infer.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.global.cudart;

/**
 * The GPUs of this machine, or why there is none.
 *
 * @param devices empty when there is none
 * @param reason one sentence for people with the cure, empty when there are devices
 * @param leftOut GPUs that are too old
 */
public record CudaDevices(List<CudaDevice> devices, String reason, List<CudaDevice> leftOut) {
    /** The least compute capability that TensorRT 10 knows, in tenths. */
    private static final int OLDEST = 75;

    private static final int INSUFFICIENT_DRIVER = 35;
    private static final int NO_DEVICE = 100;

    public CudaDevices {
        devices = List.copyOf(devices);
        leftOut = List.copyOf(leftOut);
    }

    /** Looks for devices. Loads CUDA's libraries when called first; never throws. */
    public static CudaDevices probe() {
        if (!Library.PROBLEM.isEmpty()) {
            return none(Library.PROBLEM);
        }
        try {
            return found();
        } catch (CudaFailure e) {
            return none(reason(e));
        }
    }

    private static CudaDevices found() {
        int[] number = new int[1];
        Cuda.check(cudart.cudaGetDeviceCount(number), "cudaGetDeviceCount");
        if (number[0] < 1) {
            return none("the NVIDIA driver finds no GPU (cudaGetDeviceCount says 0)");
        }
        int count = number[0];
        Cuda.check(cudart.cudaDriverGetVersion(number), "cudaDriverGetVersion");
        int driver = number[0];
        Cuda.check(cudart.cudaRuntimeGetVersion(number), "cudaRuntimeGetVersion");
        List<CudaDevice> devices = new ArrayList<>();
        List<CudaDevice> leftOut = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            CudaDevice device = device(i, driver, number[0]);
            boolean isTooOld = device.major() * 10 + device.minor() < OLDEST;
            (isTooOld ? leftOut : devices).add(device);
        }
        String reason = leftOut.stream().map(CudaDevices::tooOld).collect(Collectors.joining("; "));
        return new CudaDevices(devices, devices.isEmpty() ? reason : "", leftOut);
    }

    /** Why a GPU that was left out was, in one sentence. */
    public static String tooOld(CudaDevice device) {
        return device.name() + " (cuda:" + device.index() + ") has compute capability " + device.computeCapability()
                + ", TensorRT 10 needs 7.5 (Turing) or newer";
    }

    private static CudaDevice device(int index, int driver, int runtime) {
        try (cudaDeviceProp properties = new cudaDeviceProp()) {
            Cuda.check(cudart.cudaGetDeviceProperties(properties, index), "cudaGetDeviceProperties");
            return new CudaDevice(
                    index,
                    properties.name().getString(),
                    properties.major(),
                    properties.minor(),
                    properties.totalGlobalMem(),
                    driver,
                    runtime);
        }
    }

    private static CudaDevices none(String reason) {
        return new CudaDevices(List.of(), reason, List.of());
    }

    private static String reason(CudaFailure e) {
        return switch (e.code()) {
            case INSUFFICIENT_DRIVER ->
                "the NVIDIA driver is missing or too old for CUDA 13 (" + e.getMessage()
                        + "); install driver 580 or newer";
            case NO_DEVICE ->
                "the NVIDIA driver finds no GPU (" + e.getMessage()
                        + "); in a container, start it with the GPUs (--gpus all)";
            default -> "CUDA does not work on this machine: " + e.getMessage();
        };
    }

    /** The libraries, loaded once. */
    private static final class Library {
        /** Why they cannot be loaded, empty if they are. */
        static final String PROBLEM = load();

        private static String load() {
            try {
                cudart.cudaGetLastError();
                return "";
            } catch (LinkageError e) {
                return MissingLibrary.sentence(e);
            }
        }
    }
}
