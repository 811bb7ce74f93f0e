package io.ringsight.app.tools.inspect;

import io.ringsight.core.infer.onnx.OnnxSpeed;
import io.ringsight.core.preprocess.TensorRow;
import io.ringsight.core.time.Clock;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one core of this machine does at best.
 *
 * @param speed arithmetic
 * @param bytesPerS bytes read and written
 */
record CorePeak(OnnxSpeed speed, double bytesPerS) {
    /** More than caches hold. */
    private static final int BLOCK = 32 << 20;

    private static final int ROUNDS = 5;

    /** Measures for a few hundred milliseconds. */
    static CorePeak measure(Clock clock) {
        ByteBuffer from = TensorRow.allocate(BLOCK);
        ByteBuffer to = TensorRow.allocate(BLOCK);
        long leastNs = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long startNs = clock.nanoTime();
            to.clear().put(from.clear());
            leastNs = Math.min(leastNs, clock.nanoTime() - startNs);
        }
        return new CorePeak(OnnxSpeed.measure(clock), 2.0 * BLOCK / (leastNs / 1e9));
    }

    /** The least time a layer can take: its arithmetic or its traffic, whichever is more. */
    double leastUs(String precision, long operations, long bytes) {
        double perS = precision.equals("int8") ? speed.int8PerS() : speed.float32PerS();
        return Math.max(operations / perS, bytes / bytesPerS) * 1e6;
    }

    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("float32FlopsPerS", speed.float32PerS());
        fields.put("int8FlopsPerS", speed.int8PerS());
        fields.put("bytesPerS", bytesPerS);
        return fields;
    }
}
