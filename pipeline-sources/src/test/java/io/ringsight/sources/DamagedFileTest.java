package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files damaged at random places, or cut off: always an ending, never an exception, never a crash of the process. */
@Tag("fuzz")
@Timeout(300)
class DamagedFileTest {
    private static final int FILES_A_FORMAT = 60;

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a.mp4, 20, -c:v libopenh264 -movflags +faststart",
        "a.mkv, 20, -c:v mpeg4 -bf 2",
        "a.ts, 20, -c:v libopenh264",
        "a.avi, 20, -c:v mjpeg",
        "a.nut, 20, -c:v rawvideo -pix_fmt yuyv422",
        "a.webm, 20, -c:v libsvtav1 -preset 12",
        "a.jpg, 1, -c:v mjpeg",
        "a.png, 1, -c:v png",
    })
    void alwaysEnds(String name, int frames, String encoder) throws IOException, InterruptedException {
        byte[] whole = Files.readAllBytes(Clips.encode(folder.resolve(name), frames, "160x120", encoder.split(" ")));
        long seed = 20261122;
        Random random = new Random(seed);
        for (int i = 0; i < FILES_A_FORMAT; i++) {
            Path file = Files.write(folder.resolve("damaged-" + name), damaged(whole, random));
            int[] seen = new int[1];
            try (Source source = Sources.open(SourceSpec.recording(file), Clock.system())) {
                Ending ending = source.run(new QuietIntake(number -> seen[0] = number));
                assertThat(ending.retry())
                        .as("seed %d, file %d of %s: %s", seed, i, name, ending)
                        .isFalse();
                assertThat(ending.toString()).isNotBlank().doesNotContain("\n");
            }
            assertThat(seen[0]).as("seed %d, file %d of %s", seed, i, name).isLessThan(10_000);
        }
    }

    private static byte[] damaged(byte[] whole, Random random) {
        byte[] bytes = whole.clone();
        int hits = 1 << random.nextInt(8);
        for (int i = 0; i < hits; i++) {
            // Headers are small and matter most.
            int range = random.nextBoolean() ? Math.min(bytes.length, 1000) : bytes.length;
            bytes[random.nextInt(range)] = (byte) random.nextInt();
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length)) : bytes;
    }
}
