package io.ringsight.core.infer.cuda;

/**
 * A GPU.
 *
 * @param index its number, as in {@code cuda:N}
 * @param name e.g. {@code Tesla T4}
 * @param major compute capability, before the point
 * @param minor compute capability, behind the point
 * @param totalBytes its memory
 * @param driverVersion newest CUDA the driver speaks, e.g. 13000 for 13.0
 * @param runtimeVersion CUDA runtime of this process, e.g. 13030 for 13.3
 */
public record CudaDevice(
        int index, String name, int major, int minor, long totalBytes, int driverVersion, int runtimeVersion) {
    /** Compute capability, e.g. {@code 7.5}. */
    public String computeCapability() {
        return major + "." + minor;
    }

    /** The architecture NVRTC compiles for, e.g. {@code sm_75}. */
    public String architecture() {
        return "sm_" + major + minor;
    }

    /** Driver's CUDA version for people, e.g. {@code 13.0}. */
    public String driver() {
        return version(driverVersion);
    }

    /** Runtime's CUDA version for people, e.g. {@code 13.3}. */
    public String runtime() {
        return version(runtimeVersion);
    }

    private static String version(int number) {
        return number / 1000 + "." + number % 1000 / 10;
    }
}
