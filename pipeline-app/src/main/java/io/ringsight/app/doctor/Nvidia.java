package io.ringsight.app.doctor;

import io.ringsight.sources.FfmpegLibraries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** NVIDIA's driver and what stands on it. */
final class Nvidia {
    private static final String DRIVER_LIBRARY = "libcuda.so.1";
    private static final Path KERNEL_MODULE = Path.of("/proc/driver/nvidia/version");
    private static final List<String> DIRECTORIES = List.of(
            "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/lib/wsl/lib", "/usr/local/nvidia/lib64");

    private Nvidia() {}

    static Finding driver() {
        Optional<Path> library = library();
        if (library.isEmpty()) {
            return Finding.missing(
                    "CUDA",
                    "no NVIDIA driver: there is no " + DRIVER_LIBRARY + " in " + String.join(", ", DIRECTORIES)
                            + " or LD_LIBRARY_PATH");
        }
        if (!Files.exists(KERNEL_MODULE)) {
            return Finding.missing(
                    "CUDA",
                    library.get() + " is there, but the kernel module nvidia is not loaded (no " + KERNEL_MODULE + ")");
        }
        try {
            String version = Files.readAllLines(KERNEL_MODULE).get(0).replaceAll("\\s+", " ");
            return Finding.usable("CUDA", "driver: " + version);
        } catch (IOException e) {
            return Finding.missing("CUDA", KERNEL_MODULE + " cannot be read: " + e.getMessage());
        }
    }

    static Finding tensorRt(Finding driver) {
        String build = "this build computes on the CPU only";
        return Finding.missing(
                "TensorRT", driver.usable() ? build : build + ", and there is no NVIDIA driver (see CUDA)");
    }

    static Finding decoder(Finding driver) {
        if (!driver.usable()) {
            return Finding.missing("NVDEC", "there is no NVIDIA driver (see CUDA)");
        }
        return FfmpegLibraries.cudaProblem()
                .map(problem -> Finding.missing("NVDEC", "FFmpeg cannot open the device: " + problem))
                .orElseGet(() ->
                        Finding.missing("NVDEC", "the device can be opened, but this build decodes on the CPU only"));
    }

    private static Optional<Path> library() {
        List<String> directories = new ArrayList<>(DIRECTORIES);
        String more = System.getenv("LD_LIBRARY_PATH");
        if (more != null) {
            directories.addAll(0, List.of(more.split(":")));
        }
        return directories.stream()
                .filter(directory -> !directory.isBlank())
                .map(directory -> Path.of(directory, DRIVER_LIBRARY))
                .filter(Files::exists)
                .findFirst();
    }
}
