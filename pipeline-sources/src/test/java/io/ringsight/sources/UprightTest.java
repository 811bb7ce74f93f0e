package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.memory.NativeMemory;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.decode.Orientation;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pictures that lie on their side in the file stand upright when they are offered. */
@Timeout(300)
class UprightTest {
    private static final int WIDTH = 96;
    private static final int HEIGHT = 64;
    /** Upright: bright at top left, grey at top right, dark at bottom left, black at bottom right. */
    private static final int[] QUARTERS = {220, 150, 80, 10};

    @TempDir
    Path folder;

    /** EXIF says where row 0 and column 0 of what is stored belong. */
    @ParameterizedTest(name = "orientation {0}")
    @CsvSource({"1", "2", "3", "4", "5", "6", "7", "8"})
    void turnsPhotosByTheirExifOrientation(int orientation) throws Exception {
        Path raw = Files.write(folder.resolve("a.gray"), stored(orientation));
        boolean onSide = orientation > 4;
        Path jpeg = folder.resolve("a.jpg");
        Clips.run(List.of(
                org.bytedeco.javacpp.Loader.load(org.bytedeco.ffmpeg.ffmpeg.class),
                "-v",
                "error",
                "-f",
                "rawvideo",
                "-pix_fmt",
                "gray",
                "-s",
                onSide ? HEIGHT + "x" + WIDTH : WIDTH + "x" + HEIGHT,
                "-i",
                raw.toString(),
                "-pix_fmt",
                "yuvj420p",
                jpeg.toString()));
        Files.write(jpeg, withOrientation(Files.readAllBytes(jpeg), orientation));
        assertThat(quartersOf(jpeg)).as("orientation %d", orientation).isEqualTo(List.of(0, 1, 2, 3));
    }

    @ParameterizedTest(name = "rotated by {0} degrees")
    @CsvSource({"0, 96x64", "90, 64x96", "180, 96x64", "270, 64x96"})
    void turnsVideosByTheirDisplayMatrix(String degrees, String size) throws Exception {
        Path plain = Clips.encode(folder.resolve("a.mp4"), 5, "96x64", "-c:v", "mpeg4");
        Path turned = Clips.rotated(plain, folder.resolve("b.mp4"), degrees);
        RecordingIntake intake = new RecordingIntake();
        try (Source source = Sources.open(SourceSpec.recording(turned), Clock.system())) {
            assertThat(source.run(intake)).isEqualTo(Ending.ended(""));
            intake.releaseAll();
        }
        assertThat(intake.frames()).isEqualTo(5);
        assertThat(intake.seen)
                .allSatisfy(
                        seen -> assertThat(seen.width() + "x" + seen.height()).isEqualTo(size));
    }

    @Test
    void turnsToTheNearestQuarter() {
        assertThat(Orientation.of(60_000, 2_000, -2_000, 60_000)).isEqualTo(Orientation.UPRIGHT);
        assertThat(Orientation.of(0, 0, 0, 0)).isEqualTo(Orientation.UPRIGHT);
        assertThat(Orientation.of(0, 65_536, -65_536, 0)).isEqualTo(Orientation.CLOCKWISE);
    }

    /** Which quarter's level is seen top left, top right, bottom left and bottom right. */
    private static List<Integer> quartersOf(Path file) throws InterruptedException {
        Integer[] seen = new Integer[4];
        RecordingIntake intake = new RecordingIntake(1, (picture, number) -> {
            assertThat(picture.width()).isEqualTo(WIDTH);
            assertThat(picture.height()).isEqualTo(HEIGHT);
            for (int i = 0; i < 4; i++) {
                int x = WIDTH / 4 + i % 2 * WIDTH / 2;
                int y = HEIGHT / 4 + i / 2 * HEIGHT / 2;
                int level = levelAt(picture.planeAddress(0) + (long) y * picture.planeStride(0) + x);
                seen[i] = nearest(level);
            }
        });
        try (Source source = Sources.open(SourceSpec.recording(file), Clock.system())) {
            assertThat(source.run(intake)).isEqualTo(Ending.ended(""));
            intake.releaseAll();
        }
        return Arrays.asList(seen);
    }

    private static int levelAt(long address) {
        try (NativeMemory memory = new NativeMemory()) {
            return memory.byteAt(address) & 0xff;
        }
    }

    private static int nearest(int level) {
        int best = 0;
        for (int i = 1; i < QUARTERS.length; i++) {
            best = Math.abs(QUARTERS[i] - level) < Math.abs(QUARTERS[best] - level) ? i : best;
        }
        return best;
    }

    private static byte[] stored(int orientation) {
        boolean onSide = orientation > 4;
        int width = onSide ? HEIGHT : WIDTH;
        int height = onSide ? WIDTH : HEIGHT;
        byte[] pixels = new byte[width * height];
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                int x = onSide ? row : column;
                int y = onSide ? column : row;
                boolean fromRight = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
                boolean fromBottom = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
                int uprightX = fromRight ? WIDTH - 1 - x : x;
                int uprightY = fromBottom ? HEIGHT - 1 - y : y;
                pixels[row * width + column] = (byte) QUARTERS[uprightX * 2 / WIDTH + 2 * (uprightY * 2 / HEIGHT)];
            }
        }
        return pixels;
    }

    /** An EXIF segment of one entry, right behind the start of the picture. */
    private static byte[] withOrientation(byte[] jpeg, int orientation) throws IOException {
        byte[] exif = HexFormat.of()
                .parseHex("ffe10022457869660000" + "4d4d002a00000008" + "0001" + "0112000300000001" + "00000000"
                        + "00000000");
        ByteBuffer.wrap(exif).putShort(28, (short) orientation);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(jpeg, 0, 2);
        out.write(exif);
        out.write(jpeg, 2, jpeg.length - 2);
        return out.toByteArray();
    }
}
