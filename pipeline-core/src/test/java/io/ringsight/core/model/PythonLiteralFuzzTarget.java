package io.ringsight.core.model;

import java.nio.charset.StandardCharsets;

/** For Jazzer: whatever stands in a model's metadata, it is read or it is not a literal. */
public final class PythonLiteralFuzzTarget {
    private PythonLiteralFuzzTarget() {}

    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        PythonLiteral.names(text);
        PythonLiteral.integers(text);
    }
}
