package io.ringsight.app.tools.doctor;

import com.sun.management.OperatingSystemMXBean;
import io.ringsight.app.natives.Platform;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Processor, memory, Java and the place native libraries are unpacked to. */
public final class Machine {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    /** What ONNX Runtime and FFmpeg choose their loops by, from little to much. */
    private static final List<String> INSTRUCTION_SETS =
            List.of("sse4_2", "avx", "fma", "avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8");

    private static final long MIN_CACHE_BYTES = 500L << 20;

    private Machine() {}

    /** What the CPU calls itself. */
    public static String processorName() {
        return cpuInfo("model name").orElse(System.getProperty("os.arch"));
    }

    static Finding processor() {
        String model = processorName();
        Set<String> flags = cpuInfo("flags")
                .map(text -> Set.copyOf(Arrays.asList(text.split(" "))))
                .orElse(Set.of());
        String sets = INSTRUCTION_SETS.stream().filter(flags::contains).collect(Collectors.joining(" "));
        return Finding.usable(
                "CPU",
                model + ", " + Runtime.getRuntime().availableProcessors() + " processors for this process"
                        + (sets.isEmpty() ? "" : ", " + sets));
    }

    static Finding memory() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return Finding.usable(
                "memory",
                mib(system.getTotalMemorySize()) + " MiB, " + mib(system.getFreeMemorySize())
                        + " MiB free, Java heap up to "
                        + mib(Runtime.getRuntime().maxMemory()) + " MiB");
    }

    static Finding java() {
        String name = System.getProperty("java.vendor") + " " + Runtime.version() + ", " + System.getProperty("os.name")
                + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch");
        return Platform.here().isPresent()
                ? Finding.usable("Java", name)
                : Finding.missing("Java", name + ": native libraries exist for Linux on x86-64 and arm64 only");
    }

    /** There must be room where native libraries are unpacked. */
    static Finding libraryCache(Path directory) {
        // not by its FileStore: in a chroot Java finds none
        long free = directory.toFile().getUsableSpace();
        String detail = directory + ", " + mib(free) + " MiB free";
        return free < MIN_CACHE_BYTES
                ? Finding.missing("library cache", detail + ": too little to unpack native libraries")
                : Finding.usable("library cache", detail);
    }

    private static Optional<String> cpuInfo(String key) {
        try {
            return Files.readAllLines(CPU_INFO).stream()
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static long mib(long bytes) {
        return bytes >> 20;
    }
}
