package io.ringsight.core.infer.tensorrt.lib;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;

/**
 * A library's wish for an executable stack, in its ELF header. glibc refuses such a library from 2.41 on, and the JVM
 * loses its stack guards with it on older ones. NVIDIA's builder resource asks for it without need.
 */
final class ExecutableStack {
    private static final int ELF_HEADER_BYTES = 64;
    private static final int MAGIC = 0x7f454c46;
    private static final int CLASS_64_LITTLE_ENDIAN = 0x0201;
    private static final int TABLE_AT = 32;
    private static final int ENTRY_BYTES_AT = 54;
    private static final int ENTRIES_AT = 56;
    private static final int PT_GNU_STACK = 0x6474e551;
    private static final int FLAGS_AT = 4;
    private static final int EXECUTABLE = 1;

    private ExecutableStack() {}

    /**
     * Takes the wish out of the file, whose time stays: JavaCPP would unpack a newer one again.
     *
     * @return whether there was one
     */
    static boolean clear(Path library) throws IOException {
        FileTime time = Files.getLastModifiedTime(library);
        try (FileChannel file = FileChannel.open(library, StandardOpenOption.READ)) {
            long at = flagsAt(file);
            if (at < 0) {
                return false;
            }
            ByteBuffer flags = read(file, at, Integer.BYTES);
            if ((flags.getInt(0) & EXECUTABLE) == 0) {
                return false;
            }
            flags.putInt(0, flags.getInt(0) & ~EXECUTABLE);
            try (FileChannel writable = FileChannel.open(library, StandardOpenOption.WRITE)) {
                writable.write(flags.rewind(), at);
            }
        }
        Files.setLastModifiedTime(library, time);
        return true;
    }

    /** Where the stack's flags are; -1 if the file has none. */
    private static long flagsAt(FileChannel file) throws IOException {
        ByteBuffer header = read(file, 0, ELF_HEADER_BYTES);
        if (header.limit() < ELF_HEADER_BYTES
                || Integer.reverseBytes(header.getInt(0)) != MAGIC
                || Short.reverseBytes(header.getShort(4)) != CLASS_64_LITTLE_ENDIAN) {
            return -1;
        }
        for (int i = 0; i < header.getShort(ENTRIES_AT); i++) {
            long at = header.getLong(TABLE_AT) + (long) i * header.getShort(ENTRY_BYTES_AT);
            ByteBuffer entry = read(file, at, FLAGS_AT + Integer.BYTES);
            if (entry.limit() == entry.capacity() && entry.getInt(0) == PT_GNU_STACK) {
                return at + FLAGS_AT;
            }
        }
        return -1;
    }

    /** Fewer bytes where the file ends. */
    private static ByteBuffer read(FileChannel file, long at, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining() && file.read(buffer, at + buffer.position()) > 0) {
            // goes on until it is full or the file ends
        }
        return buffer.flip();
    }
}
