package io.ringsight.app.tools.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** However inputs and outputs are written, no file that a user had is changed. */
@Timeout(300)
class OutputsNeverHarmFilesTest {
    @TempDir
    Path folder;

    private DetectRun run;

    @BeforeEach
    void prepare() {
        run = new DetectRun(folder);
    }

    private Map<Path, Integer> snapshot() {
        Map<Path, Integer> files = new HashMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .forEach(file -> files.put(file, hash(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private static int hash(Path file) {
        try {
            return Arrays.hashCode(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Refused with exit code 2 and that sentence, no file changed, and none made. */
    private void refused(String why, Object... args) {
        Map<Path, Integer> before = snapshot();
        assertThat(run.detect(args)).as(Arrays.toString(args) + run.err()).isEqualTo(2);
        assertThat(run.err()).contains(why).doesNotContain("should not happen").doesNotContain("\tat ");
        assertThat(snapshot()).as(Arrays.toString(args)).isEqualTo(before);
    }

    @Test
    void anOutputIsNeverAnInputHoweverThePathIsWritten() throws IOException {
        Path clip = run.video("clip.mp4", 2);
        run.folder("sub");
        Path symbolic = Files.createSymbolicLink(folder.resolve("symbolic.mp4"), Path.of("clip.mp4"));
        Path hard = Files.createLink(folder.resolve("hard.mp4"), clip);
        Path folderLink = Files.createSymbolicLink(folder.resolve("folder"), folder);
        Path chain = Files.createSymbolicLink(folder.resolve("chain.mp4"), Path.of("symbolic.mp4"));
        Path roundabout = folder.resolve("sub/../clip.mp4");
        Path relative = Path.of("").toAbsolutePath().relativize(clip);
        for (Path output :
                new Path[] {clip, symbolic, hard, chain, roundabout, folderLink.resolve("clip.mp4"), relative}) {
            refused("would overwrite the input", clip, "--annotate", output);
            refused("would overwrite the input", clip, "-o", output);
            refused("would overwrite the input", output, "-o", clip);
        }
        refused("would overwrite the input", clip, "--annotate", folder);
        refused("would overwrite the input", clip, "--annotate", folderLink);
        refused("would overwrite the input", clip, symbolic, hard, "--annotate", hard);
    }

    @Test
    void anOutputInAFolderIsNoOtherInput() {
        run.folder("in");
        run.folder("other");
        // a.mp4 is annotated as in/a.mp4, the second input.
        Path first = run.video("other/a.mp4", 2);
        Path second = run.video("in/a.mp4", 2);
        refused("would overwrite the input " + second, first, second, "--annotate", folder.resolve("in"));
        // The second a is annotated as a-2.
        Path third = run.video("in/a-2.mp4", 2);
        refused("would overwrite the input " + third, first, third, second, "--annotate", folder.resolve("in"));
    }

    @Test
    void twoOutputsAreNeverOneFile() throws IOException {
        Path clip = run.video("clip.mp4", 2);
        Path drawn = run.folder("drawn");
        refused("is the same file as -o", clip, "-o", folder.resolve("x.mp4"), "--annotate", folder.resolve("x.mp4"));
        refused("is the same file as -o", clip, "-o", folder.resolve("X.MP4"), "--annotate", folder.resolve("x.mp4"));
        refused("is the same file as -o", clip, "-o", drawn.resolve("clip.mp4"), "--annotate", drawn);
        Files.createSymbolicLink(folder.resolve("dangling.mp4"), Path.of("drawn/clip.mp4"));
        refused("is the same file as -o", clip, "-o", folder.resolve("dangling.mp4"), "--annotate", drawn);
        refused(
                "is the same file as -o",
                clip,
                "-o",
                folder.resolve("new/clip.mp4"),
                "--annotate",
                folder.resolve("new"));
    }

    @Test
    void theModelIsNoOutput() {
        Path picture = run.picture("a.png", 100);
        refused("would overwrite the input", picture, "-o", run.model());
    }

    @Test
    void somebodyElsesFileIsNotReplaced() throws IOException {
        Path clip = run.video("clip.mov", 2);
        run.video("clip.mp4", 3);
        refused("is not an annotated video", clip, "--annotate", folder);
        refused("is not an annotated video", clip, "--annotate", folder.resolve("clip.mp4"));
        refused("is not a file of messages", clip, "-o", folder.resolve("clip.mp4"));
        Path notes = Files.writeString(folder.resolve("notes.txt"), "mine\n");
        refused("is not a file of messages", clip, "-o", notes);
        Path picture = run.picture("a.webp", 100);
        run.picture("a.jpg", 50);
        refused("is not a picture that ringsight saved", picture, "--annotate", folder);
    }

    @Test
    void whatDetectWroteItselfIsReplaced() throws IOException {
        Path clip = run.video("clip.mov", 2);
        Path picture = run.picture("a.png", 100);
        Path jpeg = run.picture("b.jpg", 100);
        Path drawn = folder.resolve("drawn");
        Path lines = folder.resolve("lines.jsonl");
        for (int i = 0; i < 2; i++) {
            assertThat(run.detect(clip, picture, jpeg, "--annotate", drawn, "-o", lines))
                    .as(run.err())
                    .isZero();
        }
        assertThat(Files.readAllLines(lines)).hasSize(4);
        Path empty = Files.createFile(folder.resolve("empty.mp4"));
        assertThat(run.detect(clip, "--annotate", empty)).as(run.err()).isZero();
        assertThat(empty).isNotEmptyFile();
    }

    @Test
    void savedPicturesCanBeRead() {
        Path png = run.picture("a.png", 100);
        Path jpeg = run.picture("b.jpg", 100);
        assertThat(run.detect(png, jpeg, "--annotate", folder.resolve("drawn"))).isZero();
        assertThat(run.detect(folder.resolve("drawn"))).as(run.err()).isZero();
        assertThat(run.frames()).hasSize(2).allMatch(line -> line.contains("\"width\":160,\"height\":160"));
    }

    @Test
    void devicesAndPipesAreWrittenToByMessagesOnly() {
        Path clip = run.video("clip.mp4", 2);
        assertThat(run.detect(clip, "-o", "/dev/null")).as(run.err()).isZero();
        refused("expected a name ending with .mp4 or a folder", clip, "--annotate", "/dev/null");
    }

    @Test
    void placesThatCannotBeWrittenAreNamedBeforeTheModelIsOpened() throws IOException {
        Path clip = run.video("clip.mp4", 2);
        Path loop = folder.resolve("loop.mp4");
        Files.createSymbolicLink(loop, loop);
        refused("too many symbolic links", clip, "-o", loop);
        refused("too many symbolic links", clip, "--annotate", loop);
        refused("there is no folder", clip, "-o", folder.resolve("none/x.jsonl"));
        refused("is a folder", clip, "-o", folder);
        Files.createDirectory(folder.resolve("dir.mp4"));
        refused("is a folder", clip, "--annotate", folder.resolve("dir.mp4"));
    }

    @Test
    void otherCommandsKeepTheirInputsToo() throws IOException {
        Path picture = run.picture("a.png", 100);
        Path hard = Files.createLink(folder.resolve("hard.png"), picture);
        Path stranger = run.picture("stranger.png", 50);
        Path pictures = run.folder("pictures");
        Path board = run.picture("pictures/board.png", 70);
        Files.createLink(pictures.resolve("board.npy"), board);
        String model = run.model().toString();
        Object[][] commands = {
            {"probe", picture, "-o", picture},
            {"probe", picture, "-o", hard},
            {"probe", picture, "-o", stranger},
            {"inspect", model, "--html", model, "--runs", "1"},
            {"inspect", model, "--json", model, "--runs", "1"},
            {"inspect", model, "--image", picture, "--html", hard, "--runs", "1"},
            {"inspect", model, "--html", folder.resolve("x"), "--json", folder.resolve("x"), "--runs", "1"},
            {"tensors", pictures, "-m", model, "-o", pictures},
            {"gpu-acceptance", "-m", model, "-o", model},
            {"gpu-acceptance", "-m", model, "-o", stranger},
        };
        Map<Path, Integer> before = snapshot();
        for (Object[] command : commands) {
            String[] args = Arrays.stream(command).map(Object::toString).toArray(String[]::new);
            assertThat(run.ringsight(args))
                    .as(Arrays.toString(args) + run.err())
                    .isEqualTo(2);
            assertThat(snapshot()).as(Arrays.toString(args)).isEqualTo(before);
        }
        for (int i = 0; i < 2; i++) {
            assertThat(run.ringsight("probe", stranger.toString(), "-o", folder + "/saved.jpg"))
                    .as(run.err())
                    .isZero();
            assertThat(run.ringsight(
                            "inspect",
                            model,
                            "--runs",
                            "1",
                            "--html",
                            folder + "/page.html",
                            "--json",
                            folder + "/all.json"))
                    .as(run.err())
                    .isZero();
            assertThat(run.ringsight("tensors", pictures.toString(), "-m", model, "-o", folder + "/tensors"))
                    .as(run.err())
                    .isZero();
        }
    }

    /** Inputs under all names as outputs under all names: 2 x 5 x 10 calls. */
    @Test
    void noInputChangesWhateverTheOutputIs() throws IOException {
        run.video("v.mp4", 1);
        run.picture("p.png", 100);
        run.picture("q.jpg", 100);
        Files.createSymbolicLink(folder.resolve("s.mp4"), Path.of("v.mp4"));
        Files.createLink(folder.resolve("h.png"), folder.resolve("p.png"));
        Files.createSymbolicLink(folder.resolve("d"), Path.of("."));
        run.folder("sub");
        List<String> outputs = List.of(
                "v.mp4",
                "s.mp4",
                "p.png",
                "h.png",
                "q.jpg",
                "d/v.mp4",
                "d",
                "sub/..",
                "sub/../q.jpg",
                "sub/../d/h.png");
        Map<Path, Integer> before = snapshot();
        for (String option : new String[] {"-o", "--annotate"}) {
            for (String input : new String[] {"v.mp4", "s.mp4", "h.png", "d/p.png", "q.jpg"}) {
                for (String output : outputs) {
                    assertThat(run.detect(folder.resolve(input), option, folder.resolve(output)))
                            .as(input + " " + option + " " + output + ": " + run.err())
                            .isEqualTo(2);
                    assertThat(snapshot())
                            .as(input + " " + option + " " + output)
                            .isEqualTo(before);
                }
            }
        }
    }
}
