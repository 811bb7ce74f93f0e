package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** AVIF and HEIC pictures of several tiles: the whole picture or none, never a tile. */
@Timeout(300)
class TiledPicturesTest {
    @TempDir
    private Path folder;

    private final RecordingIntake intake = new RecordingIntake();
    private byte[] tile;

    @BeforeEach
    void encode() throws IOException {
        tile = Files.readAllBytes(
                Clips.encode(folder.resolve("tile.avif"), 1, "64x64", "-c:v", "libaom-av1", "-cpu-used", "8"));
    }

    @ParameterizedTest
    @CsvSource({"2, 2, 128, 128, 4", "2, 2, 120, 100, 4", "1, 3, 64, 192, 3", "2, 1, 128, 64, 2"})
    void aPictureOfTilesIsRefusedAndNoneOfItsTilesIsAnalysed(int columns, int rows, int width, int height, int tiles)
            throws Exception {
        Path picture = Files.write(folder.resolve("grid.avif"), Avif.grid(tile, columns, rows, width, height));

        Ending ending = play(picture);

        assertThat(intake.frames()).isZero();
        assertThat(ending.reason()).isEqualTo(GapReason.UNSUPPORTED);
        assertThat(ending.retry()).isFalse();
        assertThat(ending.detail())
                .contains("grid.avif")
                .endsWith("the picture is a grid of " + tiles
                        + " tiles, which is not supported; convert it to JPEG or PNG");
    }

    @Test
    void aPictureThatRepeatsOneTileIsRefusedToo() throws Exception {
        Path picture = Files.write(folder.resolve("grid.avif"), Avif.wallpaper(tile, 3, 2, 192, 128));

        assertThat(play(picture).detail()).contains("the picture is a grid of 6 tiles");
        assertThat(intake.frames()).isZero();
    }

    @Test
    void aPictureOfOneTileIsReadWhole() throws Exception {
        Path picture = Files.write(folder.resolve("one.avif"), Avif.grid(tile, 1, 1, 64, 64));

        assertThat(play(picture)).isEqualTo(Ending.ended(""));
        assertThat(intake.frames()).isEqualTo(1);
        assertThat(intake.last().width()).isEqualTo(64);
        assertThat(intake.last().height()).isEqualTo(64);
    }

    @Test
    void aPictureThatIsAPartOfItsOnlyTileIsRefused() throws Exception {
        Path picture = Files.write(folder.resolve("part.avif"), Avif.grid(tile, 1, 1, 50, 40));

        Ending ending = play(picture);

        assertThat(intake.frames()).isZero();
        assertThat(ending.detail())
                .endsWith("the picture is 50x40 pixels of a tile of 64x64, which is not supported; convert it"
                        + " to JPEG or PNG");
    }

    @Test
    void theOtherPicturesOfAFolderAreRead() throws Exception {
        Path pictures = Files.createDirectory(folder.resolve("in"));
        Files.write(pictures.resolve("a.avif"), tile);
        Files.write(pictures.resolve("b.avif"), Avif.grid(tile, 2, 2, 128, 128));
        Clips.encode(pictures.resolve("c.png"), 1, "80x48");

        Ending ending = play(pictures);

        assertThat(intake.seen).extracting(RecordingIntake.Seen::width).containsExactly(64, 80);
        assertThat(ending.reason()).isEqualTo(GapReason.UNSUPPORTED);
        assertThat(ending.detail()).contains("1 of 3 files failed", "b.avif", "grid of 4 tiles");
    }

    private Ending play(Path path) throws InterruptedException {
        try (Source source = Sources.open(SourceSpec.recording(path), Clock.system())) {
            Ending ending = source.run(intake);
            intake.releaseAll();
            return ending;
        }
    }
}
