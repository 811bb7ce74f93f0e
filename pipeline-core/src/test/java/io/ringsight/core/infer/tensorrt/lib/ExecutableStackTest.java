package io.ringsight.core.infer.tensorrt.lib;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.infer.cuda.CudaDouble;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Libraries that ask for an executable stack do so no more; nothing else of them changes. */
class ExecutableStackTest {
    private static final FileTime TIME = FileTime.fromMillis(1_700_000_000_000L);
    private static final int LOAD = 1;
    private static final int GNU_STACK = 0x6474e551;
    private static final int READ_WRITE = 6;

    @TempDir
    Path folder;

    /** A library's header with two entries in its table. */
    private static ByteBuffer library(int secondType, int flags) {
        ByteBuffer bytes = ByteBuffer.allocate(64 + 2 * 56 + 100).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
        bytes.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 2);
        bytes.putInt(64, LOAD).putInt(68, 7);
        bytes.putInt(120, secondType).putInt(124, flags);
        return bytes;
    }

    private Path file(ByteBuffer bytes) throws IOException {
        Path file = Files.write(folder.resolve("lib.so"), bytes.array());
        Files.setLastModifiedTime(file, TIME);
        return file;
    }

    @Test
    void onlyTheStacksFlagIsTakenAwayAndTheFilesTimeStays() throws IOException {
        Path file = file(library(GNU_STACK, READ_WRITE | 1));
        assertThat(ExecutableStack.clear(file)).isTrue();
        assertThat(Files.readAllBytes(file))
                .isEqualTo(library(GNU_STACK, READ_WRITE).array());
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(TIME);
        assertThat(ExecutableStack.clear(file)).isFalse();
    }

    @Test
    void filesThatDoNotAskAreLeft() throws IOException {
        ByteBuffer foreign = library(GNU_STACK, READ_WRITE | 1).put(0, (byte) 'x');
        ByteBuffer cut = ByteBuffer.allocate(70).put(library(GNU_STACK, 7).array(), 0, 70);
        for (ByteBuffer bytes : new ByteBuffer[] {library(GNU_STACK, READ_WRITE), library(LOAD, 7), foreign, cut}) {
            Path file = file(bytes);
            assertThat(ExecutableStack.clear(file)).isFalse();
            assertThat(Files.readAllBytes(file)).isEqualTo(bytes.array());
        }
    }

    @Test
    @Tag("cuda-double")
    void alsoOfALibraryTheLinkerMade() throws IOException {
        Path made = CudaDouble.build().resolve("builder-execstack/libnvinfer_builder_resource.so.10.6.0");
        Path copy = Files.copy(made, folder.resolve("copy.so"));
        assertThat(ExecutableStack.clear(copy)).isTrue();
        System.load(copy.toString());
        assertThat(Files.mismatch(made, copy)).isPositive();
    }
}
