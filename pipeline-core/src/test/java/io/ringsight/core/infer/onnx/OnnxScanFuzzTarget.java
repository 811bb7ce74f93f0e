package io.ringsight.core.infer.onnx;

/** For Jazzer: whatever a model file holds, the scan says what it is. */
public final class OnnxScanFuzzTarget {
    private OnnxScanFuzzTarget() {}

    public static void fuzzerTestOneInput(byte[] data) {
        OnnxScan scan = OnnxScan.of(data);
        scan.walk();
        scan.precision();
    }
}
