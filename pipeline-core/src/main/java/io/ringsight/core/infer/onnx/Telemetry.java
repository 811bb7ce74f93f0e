package io.ringsight.core.infer.onnx;

import io.ringsight.core.memory.NativeMemory;
import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Keeps ONNX Runtime from reporting to its maker. Since 1.29 its Linux binaries do unless the environment variable
 * {@code ORT_DISABLE_TELEMETRY} is set: when the environment is made they read the machine's id and the process's
 * command line, keep a database in the user's cache folder and send to a host in the internet. The command line may
 * hold a camera's password, and one of a few thousand characters overflows the stack and ends the process.
 *
 * <p>Java cannot set environment variables of its own process, so this does what C's {@code setenv} does: it puts a
 * longer list in the place of {@code environ}. Called once, before anything reads the variable.
 */
final class Telemetry {
    static final String SWITCH = "ORT_DISABLE_TELEMETRY";

    private Telemetry() {}

    static void switchOff() {
        Pointer symbol = System.getenv(SWITCH) == null ? Loader.addressof("environ") : null;
        if (symbol == null) {
            return;
        }
        LongPointer environ = new LongPointer(symbol);
        NativeMemory list = new NativeMemory();
        long first = environ.get(0);
        int count = 0;
        while (list.longAt(first + (long) count * Long.BYTES) != 0) {
            count++;
        }
        // Never freed: the process reads its environment until it ends.
        LongPointer longer = new LongPointer(Pointer.malloc((count + 2L) * Long.BYTES));
        for (int i = 0; i < count; i++) {
            longer.put(i, list.longAt(first + (long) i * Long.BYTES));
        }
        longer.put(count, text(SWITCH + "=1"));
        longer.put(count + 1L, 0);
        environ.put(0, longer.address());
    }

    private static long text(String text) {
        byte[] bytes = (text + '\0').getBytes(StandardCharsets.US_ASCII);
        BytePointer memory = new BytePointer(Pointer.malloc(bytes.length));
        memory.put(bytes, 0, bytes.length);
        return memory.address();
    }
}
