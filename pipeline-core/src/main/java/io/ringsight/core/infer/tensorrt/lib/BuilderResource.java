package io.ringsight.core.infer.tensorrt.lib;

import io.ringsight.core.infer.cuda.CudaDevice;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.tensorrt.global.nvinfer;

/**
 * The kernels TensorRT's builder chooses from: a library of its own, opened only when an engine is built. Without it
 * TensorRT loads, runs engines built before, and gives no builder.
 */
final class BuilderResource {
    private static final String NAME = "libnvinfer_builder_resource";
    private static final Path MAPPED_FILES = Path.of("/proc/self/maps");
    private static final List<String> SYSTEM =
            List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib");
    /** Compute capabilities, times ten. */
    private static final int TURING = 75;

    private static final int HOPPER = 90;
    /** The first TensorRT for what came after Hopper. */
    private static final int VERSION_FOR_BLACKWELL = 100_800;

    private BuilderResource() {}

    /**
     * Unpacks the library where the program brings it, so that it can be loaded on every glibc. To be called before
     * TensorRT's binding loads it.
     *
     * @throws IOException if it cannot be unpacked
     */
    static void prepare() throws IOException {
        URL brought = BuilderResource.class.getResource("/org/bytedeco/tensorrt/" + Loader.getPlatform() + "/"
                + name(nvinfer.NV_TENSORRT_MAJOR * 10_000
                        + nvinfer.NV_TENSORRT_MINOR * 100
                        + nvinfer.NV_TENSORRT_PATCH));
        if (brought != null) {
            ExecutableStack.clear(Loader.cacheResource(brought).toPath());
        }
    }

    /** Why no engine can be built for {@code device}, in one sentence with the cure; empty if one can. */
    static String problem(CudaDevice device, int version) {
        Set<Path> loaded = loaded();
        Set<Path> directories = new LinkedHashSet<>();
        loaded.stream()
                .filter(file -> file.getFileName().toString().startsWith("libnvinfer.so"))
                .forEach(file -> directories.add(file.getParent()));
        Stream.of(System.getProperty("java.library.path", "").split(File.pathSeparator))
                .filter(directory -> !directory.isBlank())
                .forEach(directory -> directories.add(Path.of(directory)));
        SYSTEM.forEach(directory -> directories.add(Path.of(directory)));
        return problem(device, version, loaded, directories);
    }

    /**
     * As above.
     *
     * @param loaded the process's libraries
     * @param directories where TensorRT would look for more
     */
    static String problem(CudaDevice device, int version, Set<Path> loaded, Set<Path> directories) {
        int capability = device.major() * 10 + device.minor();
        String engine = "TensorRT " + TensorRt.text(version) + " builds no engine for " + device.name()
                + ", whose compute capability is " + device.computeCapability() + ": ";
        if (capability < TURING) {
            return engine + "it needs 7.5 (Turing) or newer; use device cpu, or another GPU";
        }
        if (capability > HOPPER && version < VERSION_FOR_BLACKWELL) {
            return engine + "it knows 7.5 to 9.0 (Turing to Hopper); " + cure("10.8 or newer");
        }
        List<String> names = List.of(name(version), NAME + "_sm" + capability + ".so." + TensorRt.text(version));
        Stream<Path> candidates = Stream.concat(
                loaded.stream().filter(file -> names.contains(file.getFileName().toString())),
                directories.stream().flatMap(directory -> names.stream().map(directory::resolve)));
        if (candidates.anyMatch(Files::exists)) {
            return "";
        }
        return engine + "there is neither " + String.join(" nor ", names) + " in "
                + directories.stream().map(Path::toString).collect(Collectors.joining(", "))
                + "; build with 'mvn -Pgpu package', or " + cure(TensorRt.text(version) + " whole");
    }

    private static String cure(String what) {
        return "install NVIDIA's TensorRT " + what
                + ", name its lib directory in LD_LIBRARY_PATH and set"
                + " RINGSIGHT_JAVA_OPTS=-Dorg.bytedeco.javacpp.pathsFirst=true";
    }

    private static String name(int version) {
        return NAME + ".so." + TensorRt.text(version);
    }

    /** The files this process has in its memory; none if the system does not tell. */
    private static Set<Path> loaded() {
        Set<Path> files = new LinkedHashSet<>();
        try (Stream<String> lines = Files.lines(MAPPED_FILES)) {
            lines.filter(line -> line.contains("/libnvinfer"))
                    .map(line -> Path.of(line.substring(line.indexOf('/'))))
                    .forEach(files::add);
        } catch (IOException e) {
            return Set.of();
        }
        return files;
    }
}
