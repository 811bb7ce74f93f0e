package io.ringsight.app.natives;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.JarURLConnection;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlatformTest {
    @ParameterizedTest
    @EnumSource
    void eachLibraryHasItsFolderInItsJar(Platform platform) throws IOException {
        assertLibraryIn("com/github/luben/zstd/Zstd.class", platform.zstdFolder());
        assertLibraryIn("com/sun/jna/Native.class", platform.jnaFolder());
        assertLibraryIn("org/xerial/snappy/Snappy.class", platform.snappyFolder());
        assertLibraryIn("ai/onnxruntime/OnnxRuntime.class", platform.onnxRuntimeFolder());
    }

    private static void assertLibraryIn(String anchor, String folder) throws IOException {
        var url = PlatformTest.class.getClassLoader().getResource(anchor);
        try (JarFile jar = ((JarURLConnection) url.openConnection()).getJarFile()) {
            assertThat(jar.stream().map(entry -> entry.getName()))
                    .as(jar.getName())
                    .anyMatch(name -> name.startsWith(folder) && name.endsWith(".so"));
        }
    }

    @Test
    void otherMachinesAreNone() {
        assertThat(Platform.of("Linux", "amd64")).contains(Platform.X86_64);
        assertThat(Platform.of("Linux", "aarch64")).contains(Platform.ARM64);
        assertThat(Platform.of("Linux", "riscv64")).isEmpty();
        assertThat(Platform.of("Mac OS X", "aarch64")).isEmpty();
    }
}
