package io.ringsight.core.infer.tensorrt;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheFileTest {
    private static final CacheKey KEY = key("11.2.0", "Tesla T4");
    private static final byte[] CONTENT = "an engine".repeat(1_000).getBytes();

    @TempDir
    private Path folder;

    private CacheFile file;

    @BeforeEach
    void write() throws IOException {
        file = new CacheFile(folder.resolve("deep").resolve("net.engine"));
        file.write(KEY, ByteBuffer.wrap(CONTENT));
    }

    private static CacheKey key(String tensorRt, String gpu) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("TensorRT", tensorRt);
        facts.put("GPU", gpu);
        return new CacheKey(facts);
    }

    @Test
    void givesBackWhatWasWritten() {
        CacheFile.Content content = file.read(KEY);
        byte[] bytes = new byte[content.bytes().remaining()];
        content.bytes().get(bytes);
        assertThat(bytes).isEqualTo(CONTENT);
        assertThat(content.problem()).isEmpty();
    }

    @Test
    void aFileThatIsNotThereIsNoProblem() {
        assertThat(new CacheFile(folder.resolve("none")).read(KEY)).isEqualTo(new CacheFile.Content(null, ""));
    }

    @Test
    void namesWhatAStaleFileWasMadeFor() {
        assertThat(file.read(key("11.3.0", "Tesla T4")).problem())
                .isEqualTo("was made for TensorRT 11.2.0 where this is 11.3.0");
        assertThat(file.read(key("11.3.0", "L4")).problem())
                .isEqualTo("was made for TensorRT 11.2.0 where this is 11.3.0, GPU Tesla T4 where this is L4");
    }

    /** Written by 0.1.0 itself. Its TensorRT was 11.2; this version has an older one, so that no engine of it fits. */
    @Test
    void anEngineOf010IsReadableAndNamesTheTensorRtItWasMadeFor() throws IOException {
        Files.copy(getClass().getResourceAsStream("/engine-0.1.0/net.engine"), file.path(), REPLACE_EXISTING);
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("TensorRT", "10.6.0");
        facts.put("driver", "13.0");
        facts.put("CUDA", "13.0");
        facts.put("GPU", "Tesla T4");
        facts.put("computeCapability", "7.5");
        facts.put("model", "40cb1ad06d2a" + "0".repeat(52));
        facts.put("input", "640x640");
        facts.put("maxBatch", "1");
        facts.put("options", "1 strongly-typed no-tf32");

        assertThat(file.read(new CacheKey(facts)).problem())
                .isEqualTo("was made for TensorRT 11.2.1 where this is 10.6.0");
        facts.put("TensorRT", "11.2.1");
        assertThat(file.read(new CacheKey(facts)).problem())
                .as("the format is the same")
                .isEmpty();
    }

    @Test
    void replacesTheFileAtOnceAndLeavesNothingBeside() throws IOException {
        file.write(key("11.3.0", "L4"), ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThat(file.read(key("11.3.0", "L4")).bytes().remaining()).isEqualTo(3);
        try (Stream<Path> files = Files.list(file.path().getParent())) {
            assertThat(files).containsExactly(file.path());
        }
    }

    @Test
    void noTruncatedFileIsUsed() throws IOException {
        byte[] whole = Files.readAllBytes(file.path());
        for (int length = 0; length < whole.length; length += length < 200 ? 1 : 97) {
            Files.write(file.path(), Arrays.copyOf(whole, length));
            CacheFile.Content content = file.read(KEY);
            assertThat(content.bytes()).as("%s bytes", length).isNull();
            assertThat(content.problem()).contains("truncated");
        }
    }

    @Test
    void noFlippedBitGoesUnnoticed() throws IOException {
        byte[] whole = Files.readAllBytes(file.path());
        long seed = 20_261_122;
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            byte[] damaged = whole.clone();
            int at = i < 150 ? i : random.nextInt(whole.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file.path(), damaged);
            CacheFile.Content content = file.read(KEY);
            assertThat(content.bytes()).as("byte %s, seed %s", at, seed).isNull();
            assertThat(content.problem()).isNotEmpty();
        }
    }

    @Test
    void foreignFilesAreNamedAsSuch() throws IOException {
        for (String foreign : List.of("x".repeat(500), "", "ftrt" + "\0".repeat(300))) {
            Files.writeString(file.path(), foreign);
            assertThat(file.read(KEY).problem()).contains("not an engine of Ringsight's");
        }
        Files.delete(file.path());
        Files.createDirectory(file.path());
        assertThat(file.read(KEY).problem()).startsWith("cannot be read: ");
    }
}
