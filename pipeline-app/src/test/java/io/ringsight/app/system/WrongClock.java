package io.ringsight.app.system;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The wall clock of one process, set while it runs, as a time server sets a machine's ({@code scripts/rig/chaos/clock.c}). */
final class WrongClock {
    private static final Duration COMPILING = Duration.ofSeconds(240);

    private final Path library;
    private final Path ahead;

    /** Right at first. Needs {@link Rig#needCompiler}. */
    WrongClock(Path folder) throws IOException {
        library = folder.resolve("clock.so");
        ahead = Files.write(folder.resolve("clock"), new byte[Long.BYTES]);
        String source = Rig.ROOT.resolve("scripts/rig/chaos/clock.c").toString();
        Child.output(List.of("cc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source, "-ldl"), COMPILING);
    }

    /** What the process is started with. */
    Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library.toString(), "CHAOS_CLOCK", ahead.toString());
    }

    /** Sets it so far behind. */
    void setBack(Duration by) throws IOException {
        ByteBuffer seconds = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        seconds.putLong(0, -by.toSeconds());
        try (FileChannel file = FileChannel.open(ahead, StandardOpenOption.WRITE)) { // the process has it mapped
            file.write(seconds);
        }
    }
}
