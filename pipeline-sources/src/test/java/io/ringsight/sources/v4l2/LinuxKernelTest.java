package io.ringsight.sources.v4l2;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.ringsight.sources.AllocationMeter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxKernelTest {
    private static final int NO_DESCRIPTOR = -1;
    private static final int EBADF = 9;

    private final LinuxKernel kernel = new LinuxKernel();

    @Test
    void saysWhatTheKernelAnswers(@TempDir Path folder) {
        assertThat(kernel.open(folder.resolve("missing").toString())).isEqualTo(-Errno.ENOENT);
        assertThat(kernel.ioctl(NO_DESCRIPTOR, Videodev.QUERYCAP, new Memory(Videodev.Capability.BYTES)))
                .isEqualTo(-EBADF);
        assertThat(kernel.map(NO_DESCRIPTOR, 4096, 0)).isEqualTo(-EBADF);
        assertThat(kernel.close(NO_DESCRIPTOR)).isEqualTo(-EBADF);
        assertThat(kernel.poll(NO_DESCRIPTOR, 0)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/null", "/dev/tty", "/tmp"})
    void whatIsNoCameraIsNotEvenOpened(String path) {
        assertThat(kernel.open(path)).isEqualTo(-Errno.ENOTTY);
    }

    @Test
    void aFileIsNoCamera(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("video0"), "no camera");
        assertThat(kernel.open(file.toString())).isEqualTo(-Errno.ENOTTY);
    }

    @Test
    void callsForEachFrameAllocateNothing() {
        AllocationMeter meter = new AllocationMeter(1_000, 2_000, 5);
        try (Memory buffer = new Memory(Videodev.Buffer.BYTES);
                Memory copy = new Memory(Videodev.Buffer.BYTES)) {
            long from = Pointer.nativeValue(buffer);
            long to = Pointer.nativeValue(copy);
            for (int frame = 1; frame <= meter.last(); frame++) {
                kernel.ioctl(NO_DESCRIPTOR, Videodev.DQBUF, buffer);
                kernel.poll(NO_DESCRIPTOR, 0);
                kernel.copy(to, from, Videodev.Buffer.BYTES);
                meter.frame(frame);
            }
        }
        assertThat(meter.fewestBytes()).as("%s", meter).isZero();
    }
}
