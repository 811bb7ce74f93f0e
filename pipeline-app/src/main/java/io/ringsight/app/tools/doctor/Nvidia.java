package io.ringsight.app.tools.doctor;

import io.ringsight.app.natives.Platform;
import io.ringsight.core.infer.cuda.CudaDevice;
import io.ringsight.core.infer.cuda.CudaDevices;
import io.ringsight.core.infer.tensorrt.lib.TensorRt;
import io.ringsight.sources.FfmpegLibraries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** NVIDIA's driver, its GPUs and what stands on them: what is there, and the exact reason where something is not. */
final class Nvidia {
    private static final String DRIVER_LIBRARY = "libcuda.so.1";
    private static final String DECODER_LIBRARY = "libnvcuvid.so.1";
    private static final Path KERNEL_MODULE = Path.of("/proc/driver/nvidia/version");
    private static final Platform PLATFORM = Platform.here().orElse(Platform.X86_64);
    private static final List<String> DIRECTORIES = List.of(
            PLATFORM.systemDirectory(), "/usr/lib64", "/usr/lib", "/usr/lib/wsl/lib", "/usr/local/nvidia/lib64");
    /** What the Maven profile gpu brings: the CUDA runtime and TensorRT, as the presets unpack them. */
    private static final List<String> GPU_PROFILE = List.of(
            "/org/bytedeco/cuda/" + PLATFORM.javaCpp() + "/libcudart.so.13",
            "/org/bytedeco/tensorrt/" + PLATFORM.javaCpp() + "/libnvinfer.so.10");

    private static final String SEE_CUDA = "there is no GPU (see CUDA)";

    private Nvidia() {}

    /** The GPUs. */
    static Finding cuda(CudaDevices found) {
        if (!found.devices().isEmpty()) {
            return Finding.usable(
                    "CUDA", found.devices().stream().map(Nvidia::described).collect(Collectors.joining("; ")));
        }
        Optional<Path> library = library(DRIVER_LIBRARY);
        if (library.isEmpty()) {
            return Finding.missing(
                    "CUDA",
                    "no NVIDIA driver: there is no " + DRIVER_LIBRARY + " in " + String.join(", ", DIRECTORIES)
                            + " or LD_LIBRARY_PATH; install the driver (580 or newer), in a container start it with"
                            + " --gpus all");
        }
        if (!Files.exists(KERNEL_MODULE)) {
            return Finding.missing(
                    "CUDA",
                    library.get() + " is there, but the kernel module nvidia is not loaded (no " + KERNEL_MODULE + "): "
                            + found.reason());
        }
        return Finding.missing("CUDA", found.reason() + " (driver: " + driverVersion() + ")");
    }

    private static String described(CudaDevice device) {
        return String.format(
                Locale.ROOT,
                "cuda:%d %s, compute capability %s, %d MiB, driver for CUDA %s, runtime %s",
                device.index(),
                device.name(),
                device.computeCapability(),
                device.totalBytes() >> 20,
                device.driver(),
                device.runtime());
    }

    /** TensorRT: asked itself only where there is a GPU, for without one it hands out pointers that end the process. */
    static Finding tensorRt(CudaDevices found) {
        List<String> absent = GPU_PROFILE.stream()
                .filter(name -> Nvidia.class.getResource(name) == null)
                .map(name -> name.substring(name.lastIndexOf('/') + 1))
                .toList();
        String built = absent.isEmpty()
                ? "the program has NVIDIA's libraries (Maven profile gpu)"
                : "the program was built without " + String.join(" and ", absent)
                        + " (RINGSIGHT_GPU=1 scripts/ringsight, or mvn -Pgpu package)";
        if (found.devices().isEmpty()) {
            return Finding.missing("TensorRT", SEE_CUDA + "; " + built);
        }
        String problem = TensorRt.problem();
        if (!problem.isEmpty()) {
            return Finding.missing("TensorRT", problem + "; " + built);
        }
        String builder = found.devices().stream()
                .map(TensorRt::builderProblem)
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("; "));
        return builder.isEmpty()
                ? Finding.usable("TensorRT", TensorRt.version() + ", with the builder's kernels for each GPU here")
                : Finding.missing("TensorRT", builder);
    }

    /** The GPU's video decoder, through FFmpeg. */
    static Finding decoder(CudaDevices found) {
        if (found.devices().isEmpty()) {
            return Finding.missing("NVDEC", SEE_CUDA);
        }
        for (CudaDevice device : found.devices()) {
            Optional<String> problem = FfmpegLibraries.cudaProblem(device.index());
            if (problem.isPresent()) {
                return Finding.missing("NVDEC", "FFmpeg cannot open GPU " + device.index() + ": " + problem.get());
            }
        }
        if (library(DECODER_LIBRARY).isEmpty()) {
            return Finding.missing(
                    "NVDEC",
                    "there is no " + DECODER_LIBRARY + ", which comes with the driver; in a container set"
                            + " NVIDIA_DRIVER_CAPABILITIES=compute,utility,video");
        }
        return Finding.usable("NVDEC", "FFmpeg opens the GPU; which codecs it decodes depends on its generation");
    }

    private static String driverVersion() {
        try {
            return Files.readAllLines(KERNEL_MODULE).get(0).replaceAll("\\s+", " ");
        } catch (IOException e) {
            return KERNEL_MODULE + " cannot be read: " + e.getMessage();
        }
    }

    private static Optional<Path> library(String name) {
        List<String> directories = new ArrayList<>(DIRECTORIES);
        String more = System.getenv("LD_LIBRARY_PATH");
        if (more != null) {
            directories.addAll(0, List.of(more.split(":")));
        }
        return directories.stream()
                .filter(directory -> !directory.isBlank())
                .map(directory -> Path.of(directory, name))
                .filter(Files::exists)
                .findFirst();
    }
}
