package io.ringsight.app.tools.eval;

import io.ringsight.core.model.ModelInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes tensors as NumPy's {@code .npy} files, format 1.0: what {@code numpy.load} reads. */
final class NumpyFile {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    /** NumPy lays the numbers on such a boundary. */
    private static final int ALIGNMENT = 64;

    private NumpyFile() {}

    /**
     * Writes one picture's input, in this machine's byte order.
     *
     * @param input what it is the input of
     * @param numbers the tensor's bytes in native order, from 0 to the limit
     */
    static void write(Path file, ModelInput input, ByteBuffer numbers) throws IOException {
        String order = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? "<" : ">";
        String type = switch (input.type()) {
            case FLOAT32 -> order + "f4";
            case FLOAT16 -> order + "f2";
            case UINT8 -> "|u1";
        };
        ByteBuffer header = header("{'descr': '" + type + "', 'fortran_order': False, 'shape': (1, 3, " + input.height()
                + ", " + input.width() + "), }");
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            writeAll(channel, header);
            writeAll(channel, numbers.duplicate().rewind());
        }
    }

    private static ByteBuffer header(String dictionary) {
        int prefix = MAGIC.length + Short.BYTES;
        int size = (prefix + dictionary.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        String padded = dictionary + " ".repeat(size - prefix - dictionary.length() - 1) + '\n';
        return ByteBuffer.allocate(size)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .putShort((short) padded.length())
                .put(padded.getBytes(StandardCharsets.US_ASCII))
                .flip();
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
