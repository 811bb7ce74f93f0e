package io.ringsight.core.infer.tensorrt;

import io.ringsight.core.infer.cuda.CudaDevice;
import io.ringsight.core.infer.tensorrt.lib.TensorRt;
import io.ringsight.core.model.ModelSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a cached file was made for: facts by name. A file fits if all of them are the same.
 *
 * @param facts in the order they are written
 */
record CacheKey(Map<String, String> facts) {
    /** Raised when engines are built another way, so that those built before are not used. */
    private static final String OPTIONS = "2 strongly-typed no-tf32 profiles 1 8 16";

    CacheKey {
        facts = new LinkedHashMap<>(facts);
    }

    /** Of an engine. */
    static CacheKey engine(ModelSpec model, CudaDevice device, int maxBatch) {
        Map<String, String> facts = ofDevice(device);
        facts.put("model", model.weights().sha256());
        facts.put("input", model.input().width() + "x" + model.input().height());
        facts.put("maxBatch", Integer.toString(maxBatch));
        facts.put("options", OPTIONS);
        return new CacheKey(facts);
    }

    /** Of the times TensorRT measured while it built engines. */
    static CacheKey timings(CudaDevice device) {
        return new CacheKey(ofDevice(device));
    }

    private static Map<String, String> ofDevice(CudaDevice device) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("TensorRT", TensorRt.version());
        facts.put("driver", device.driver());
        facts.put("CUDA", device.runtime());
        facts.put("GPU", device.name());
        facts.put("computeCapability", device.computeCapability());
        return facts;
    }

    /** One line a fact. */
    String text() {
        return facts.entrySet().stream()
                .map(fact -> fact.getKey() + "=" + fact.getValue() + "\n")
                .collect(Collectors.joining());
    }

    /** How {@code text} of another key differs, for people. */
    String difference(String text) {
        List<String> differences = new ArrayList<>();
        Map<String, String> other = text.lines()
                .filter(line -> line.contains("="))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf('=')),
                        line -> line.substring(line.indexOf('=') + 1),
                        (first, second) -> first));
        facts.forEach((name, value) -> {
            if (!value.equals(other.get(name))) {
                differences.add(name + " " + other.getOrDefault(name, "unknown") + " where this is " + value);
            }
        });
        return differences.isEmpty() ? "other facts" : String.join(", ", differences);
    }
}
