package io.ringsight.app.tools.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What can be named as an input, and how it is named. */
@Timeout(300)
class DetectInputsTest {
    @TempDir
    Path folder;

    private DetectRun run;

    @BeforeEach
    void prepare() {
        run = new DetectRun(folder);
    }

    @Test
    void aFolderOfVideosAndPicturesIsReadAndTheRestIsSaidOnce() throws IOException {
        run.folder("in/sub");
        run.video("in/v.mp4", 3);
        run.picture("in/a.jpg", 100);
        Files.copy(run.picture("x.jpg", 90), folder.resolve("in/b.jfif"));
        Files.copy(folder.resolve("x.jpg"), folder.resolve("in/c.jp2")); // known by its content
        for (String other : List.of("in/notes.txt", "in/more.txt", "in/labels.csv")) {
            Files.writeString(folder.resolve(other), "x");
        }
        assertThat(run.detect(folder.resolve("in"))).as(run.err()).isZero();
        assertThat(run.frames()).hasSize(6);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains("skipped files", "2 .txt", "1 .csv", "1 folder");
    }

    @Test
    void globsAndSequencesAreExpanded() {
        run.folder("in");
        for (int number : new int[] {1, 2, 10}) {
            run.picture("in/f" + number + ".png", number);
        }
        assertThat(run.detect(folder.resolve("in/f*.png"))).as(run.err()).isZero();
        assertThat(run.frames()).hasSize(3);
        assertThat(run.detect(folder.resolve("in/f%d.png"), "--annotate", folder.resolve("all.mp4"), "-o", "-"))
                .as(run.err())
                .isZero();
        assertThat(run.frames()).hasSize(3);
        assertThat(run.frames().get(2)).contains("\"sourceId\":\"f10\"");
        assertThat(run.detect(folder.resolve("in/*.mov"))).isEqualTo(2);
        assertThat(run.err()).contains("there is no such file");
    }

    @Test
    void namesAreTakenAsTheyAre() {
        List<String> names = List.of(
                "a%d.png",
                "100%.png",
                "b*.png",
                "c[1].png",
                " d .png",
                "-e.png",
                "f:g.png",
                "h?i.png",
                "j#k&l.png",
                "Straße ü.png",
                "日本.png",
                "m\nn.png",
                "it's \"quoted\".png",
                "file:x.png",
                "{p}.png",
                "$HOME.png",
                ".png");
        Path plain = run.picture("plain.png", 100);
        for (String name : names) {
            try {
                Files.copy(plain, folder.resolve(name));
            } catch (IOException e) {
                throw new AssertionError(name, e);
            }
        }
        Object[] paths = names.stream().map(folder::resolve).toArray();
        Object[] args = Arrays.copyOf(paths, paths.length + 4);
        args[paths.length] = "--annotate";
        args[paths.length + 1] = folder.resolve("drawn ü %d");
        args[paths.length + 2] = "-o";
        args[paths.length + 3] = "-";
        assertThat(run.detect(args)).as(run.err()).isZero();
        assertThat(run.frames()).hasSize(names.size()).allMatch(line -> line.contains("shade-100"));
        assertThat(folder.resolve("drawn ü %d").toFile().list()).hasSize(names.size());
    }

    @Test
    void videosWithOtherLettersInTheirNamesAreReadAndWritten() throws IOException {
        Path video = Files.move(run.video("v.mp4", 3), folder.resolve("Kreuzung Süd 北 %d.mp4"));
        Path annotated = folder.resolve("annotée %03d.mp4");
        assertThat(run.detect(video, "--annotate", annotated, "-o", folder.resolve("Sätze.jsonl")))
                .as(run.err())
                .isZero();
        assertThat(annotated).isNotEmptyFile();
        assertThat(Files.readAllLines(folder.resolve("Sätze.jsonl"))).hasSize(3);
    }

    @Test
    void oneBadFileInAFolderDoesNotStopTheOthers() throws IOException {
        run.folder("in");
        run.video("in/a.mp4", 2);
        Files.createFile(folder.resolve("in/b.mp4"));
        Files.writeString(folder.resolve("in/c.mp4"), "no video");
        Files.createSymbolicLink(folder.resolve("in/d.mp4"), Path.of("nowhere.mp4"));
        Files.createSymbolicLink(folder.resolve("in/e.mp4"), Path.of("e.mp4"));
        run.picture("in/f.png", 100);
        assertThat(run.detect(folder.resolve("in"))).isEqualTo(1);
        assertThat(run.frames()).hasSize(3);
        assertThat(run.err().lines()).hasSize(4);
        assertThat(run.err()).contains("b.mp4", "c.mp4", "d.mp4", "e.mp4").doesNotContain("should not happen");
    }
}
