package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.infer.cuda.CudaDevice;
import io.ringsight.core.model.ModelSpec;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * The folder engines and timings are kept in. A model has one file a GPU type and batch size: what was built for another
 * TensorRT or driver is found there, seen to be stale, and replaced.
 *
 * @param folder made when something is written
 */
public record EngineCache(Path folder) {
    private static final int HASH_DIGITS = 12;

    /**
     * {@code $XDG_CACHE_HOME/ringsight/engines}, or {@code ~/.cache/ringsight/engines}.
     *
     * @param environment the process's variables
     */
    public static EngineCache of(Map<String, String> environment) {
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path root = cache.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
        return new EngineCache(root.resolve("ringsight").resolve("engines"));
    }

    CacheFile engine(ModelSpec model, CudaDevice device, int maxBatch) {
        String name = plain(model.name()) + "-" + model.weights().sha256().substring(0, HASH_DIGITS) + "-"
                + plain(device.name()) + "-batch" + maxBatch + ".engine";
        return new CacheFile(folder.resolve(name));
    }

    CacheFile timings(CudaDevice device) {
        return new CacheFile(folder.resolve(plain(device.name()) + ".timings"));
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    }
}
