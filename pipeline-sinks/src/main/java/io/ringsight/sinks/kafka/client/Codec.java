package io.ringsight.sinks.kafka.client;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;

/**
 * Whether a compression can be used on this machine: snappy's and zstd's are native code that must be unpacked and loaded,
 * and Kafka finds out at the first message only, which it then refuses.
 */
final class Codec {
    private static final byte FORMAT = 2;
    private static final int ROOM = 1024;

    private Codec() {}

    /** What is wrong with it, or null. */
    static String problem(String name) {
        try (OutputStream out = Compression.of(name).build().wrapForOutput(new ByteBufferOutputStream(ROOM), FORMAT)) {
            out.write(name.length());
            return null;
        } catch (IOException | KafkaException | LinkageError e) {
            return "expected a compression that works on this machine, but the native library of " + name
                    + " cannot be loaded (" + reason(e) + "); set lz4 or gzip, which need none, or have"
                    + " RINGSIGHT_NATIVE_DIR name a folder that is not mounted noexec";
        }
    }

    /** Kafka and the JVM wrap what happened in words that say nothing. */
    private static String reason(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        String text = deepest.getMessage() == null ? deepest.getClass().getSimpleName() : deepest.getMessage();
        return text.lines().findFirst().orElse("").strip();
    }
}
