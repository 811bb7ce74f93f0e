package io.ringsight.core.infer.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel compiles to machine code for each generation of GPUs, without a GPU and without a warning. */
@Tag("cuda-double")
class LetterboxCubinTest {
    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {75, 80, 86, 89, 90, 100, 120})
    void compilesForEveryGeneration(int architecture) throws Exception {
        assumeTrue(
                HostKernel.isThere("nvcc"),
                "no nvcc on the PATH (CUDA toolkit 13; NVRTC does the same on a GPU machine)");
        try (InputStream source = LetterboxArguments.class.getResourceAsStream("letterbox.cu")) {
            Files.copy(source, directory.resolve("letterbox.cu"));
        }
        String said = HostKernel.output(
                directory,
                "nvcc -cubin -Xptxas -v -Werror all-warnings -o letterbox.cubin".split(" "),
                "-arch=sm_" + architecture,
                "letterbox.cu");
        Path cubin = directory.resolve("letterbox.cubin");
        assertThat(cubin).as(said).exists();
        assertThat(Files.readAllBytes(cubin)).startsWith(ELF);
        assertThat(said).contains("0 bytes spill stores, 0 bytes spill loads").doesNotContain("warning");
    }
}
