package io.ringsight.core.infer.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import java.util.stream.Collectors;

/** Which ONNX Runtime this is, for people. */
public final class OnnxRuntimeVersion {
    private OnnxRuntimeVersion() {}

    /** Loads the library and says its version and execution providers. */
    public static String current() {
        OrtEnvironment environment = OnnxRuntime.environment();
        String providers = OrtEnvironment.getAvailableProviders().stream()
                .map(OrtProvider::getName)
                .collect(Collectors.joining(", "));
        return environment.getVersion() + " (" + providers + ")";
    }
}
