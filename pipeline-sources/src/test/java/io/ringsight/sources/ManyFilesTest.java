package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.recording.MediaFiles;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A path that stands for several recordings, names that look like patterns, and recordings that break off. */
@Timeout(300)
class ManyFilesTest {
    @TempDir
    Path folder;

    private Path file(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "x");
    }

    private List<String> names(String pattern) throws IOException {
        return MediaFiles.of(folder.resolve(pattern)).files().stream()
                .map(found -> folder.relativize(found).toString())
                .toList();
    }

    private Ending play(Path path, RecordingIntake intake) throws InterruptedException {
        SourceSpec spec = SourceSpec.parse("file:" + path);
        return play(spec, intake);
    }

    private static Ending play(SourceSpec spec, RecordingIntake intake) throws InterruptedException {
        try (Source source = Sources.open(spec, Clock.system())) {
            Ending ending = source.run(intake);
            intake.releaseAll();
            return ending;
        }
    }

    @Test
    void aFolderIsItsVideosAndPicturesByName() throws IOException {
        for (String name : List.of(
                "b.jpg",
                "a.heic",
                "c.AVIF",
                "d.gif",
                "e.jfif",
                "f.jp2",
                "g.mp4",
                "h.mkv",
                "notes.txt",
                "x.txt",
                "README",
                "sub/z.jpg")) {
            file(name);
        }
        assertThat(names(""))
                .containsExactly("a.heic", "b.jpg", "c.AVIF", "d.gif", "e.jfif", "f.jp2", "g.mp4", "h.mkv");
        assertThat(MediaFiles.of(folder).leftOut()).isEqualTo("2 .txt, 1 folder, 1 without ending");
    }

    @Test
    void aGlobIsWhatItMatches() throws IOException {
        for (String name :
                List.of("cam1/a.mp4", "cam1/b.mp4", "cam2/a.mp4", "cam2/.hidden.mp4", "{x}.mp4", "cam3/c.avi")) {
            file(name);
        }
        assertThat(names("cam1/*.mp4")).containsExactly("cam1/a.mp4", "cam1/b.mp4");
        assertThat(names("cam*/a.mp4")).containsExactly("cam1/a.mp4", "cam2/a.mp4");
        assertThat(names("cam[12]/?.mp4")).containsExactly("cam1/a.mp4", "cam1/b.mp4", "cam2/a.mp4");
        assertThat(names("cam2/*")).containsExactly("cam2/a.mp4");
        assertThat(names("*/*.avi")).containsExactly("cam3/c.avi");
        assertThat(names("{*}.mp4")).containsExactly("{x}.mp4");
        assertThatThrownBy(() -> names("cam9/*.mp4")).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> names("*.mov")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aSequenceIsInTheOrderOfItsNumbers() throws IOException {
        for (String name :
                List.of("f10.png", "f9.png", "f100.png", "fx.png", "f-1.png", "n0007.png", "n12.png", "n00010.png")) {
            file(name);
        }
        assertThat(names("f%d.png")).containsExactly("f9.png", "f10.png", "f100.png");
        assertThat(names("n%04d.png")).containsExactly("n0007.png", "n00010.png");
        assertThatThrownBy(() -> names("g%d.png")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aFileThatIsThereIsItself() throws IOException {
        for (String name : List.of("a%d.png", "a1.png", "b*.png", "b1.png", "c[1].png", "c1.png", "q?.png")) {
            file(name);
        }
        for (String name : List.of("a%d.png", "b*.png", "c[1].png", "q?.png")) {
            assertThat(names(name)).containsExactly(name);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a%d.png",
                "a%03d.png",
                "a%%.png",
                "100%.png",
                "a*.png",
                "a{1}.png",
                "a[1].png",
                "%d.mp4",
                " a b.png",
                "-a.png",
                "ä\nö.png",
                "a:b.png",
                "a#b.png"
            })
    void aNameWithSignsInItIsReadAsItIs(String name) throws Exception {
        Path plain = Clips.encode(folder.resolve(name.endsWith("mp4") ? "plain.mp4" : "plain.png"), 1, "64x48");
        Clips.encode(folder.resolve("a1.png"), 1, "128x128");
        Clips.encode(folder.resolve("a001.png"), 1, "128x128");
        Path named = Files.move(plain, folder.resolve(name));
        RecordingIntake intake = new RecordingIntake();
        assertThat(play(SourceSpec.recording(named), intake)).isEqualTo(Ending.ended(""));
        assertThat(intake.frames()).isEqualTo(1);
        assertThat(intake.seen.get(0).width()).isEqualTo(64);
    }

    @Test
    void filesFollowOneAnotherOnOneTimeLine() throws Exception {
        Files.createDirectory(folder.resolve("in"));
        Clips.encode(folder.resolve("in/a.mp4"), 5, "64x48", "-c:v", "mpeg4");
        Clips.encode(folder.resolve("in/b.mkv"), 5, "64x48", "-c:v", "mjpeg");
        Clips.encode(folder.resolve("in/c.png"), 1, "128x96");
        for (String path : List.of("in", "in/*", "i?/*")) {
            RecordingIntake intake = new RecordingIntake();
            assertThat(play(folder.resolve(path), intake)).as(path).isEqualTo(Ending.ended(""));
            assertThat(intake.frames()).isEqualTo(11);
            assertThat(intake.pts()).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void aFileThatFailsDoesNotKeepTheOthersFromBeingRead() throws Exception {
        Files.createDirectory(folder.resolve("in"));
        Clips.encode(folder.resolve("in/a.mp4"), 5, "64x48", "-c:v", "mpeg4");
        file("in/b.mp4");
        Clips.encode(folder.resolve("in/c.mp4"), 5, "64x48", "-c:v", "mpeg4");
        RecordingIntake intake = new RecordingIntake();
        Ending ending = play(folder.resolve("in"), intake);
        assertThat(intake.frames()).isEqualTo(10);
        assertThat(ending.reason()).isEqualTo(GapReason.UNSUPPORTED);
        assertThat(ending.retry()).isFalse();
        assertThat(ending.detail()).contains("1 of 3 files failed", "b.mp4");
    }

    @Test
    void aFolderOfOtherThingsSaysSo() throws Exception {
        file("in/a.txt");
        Ending ending = play(folder.resolve("in"), new RecordingIntake());
        assertThat(ending.reason()).isEqualTo(GapReason.NOT_FOUND);
        assertThat(ending.detail()).contains("expected videos or pictures in this folder, found 1 .txt");
    }

    @ParameterizedTest
    @CsvSource({
        "a.mkv, -c:v mpeg4",
        "a.webm, -c:v libvpx",
        "a.avi, -c:v mpeg4",
        "a.ts, -c:v mpeg2video",
        "a.flv, -c:v flv",
        "a.gif, -c:v gif",
        "a.mp4, -c:v mpeg4 -movflags +faststart"
    })
    void aRecordingThatBreaksOffIsTold(String name, String encoder) throws Exception {
        Path whole = Clips.encode(folder.resolve(name), 50, "160x120", encoder.split(" "));
        assertThat(play(whole, new RecordingIntake())).isEqualTo(Ending.ended(""));
        byte[] bytes = Files.readAllBytes(whole);
        for (double part : new double[] {0.5, 0.7, 0.9}) {
            int size = (int) (bytes.length * part);
            Path cut =
                    Files.write(folder.resolve("cut-" + name), Arrays.copyOf(bytes, size % 188 == 0 ? size + 1 : size));
            RecordingIntake intake = new RecordingIntake();
            Ending ending = play(cut, intake);
            assertThat(ending.reason()).as("%s", part).isEqualTo(GapReason.IO_ERROR);
            assertThat(ending.detail()).contains("cut-" + name, "cut off");
            assertThat(intake.frames()).isBetween(1, 49);
        }
    }
}
