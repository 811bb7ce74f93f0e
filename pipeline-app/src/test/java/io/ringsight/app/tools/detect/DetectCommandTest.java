package io.ringsight.app.tools.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imread;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imwrite;

import io.ringsight.app.Main;
import io.ringsight.app.tools.files.VideoLength;
import io.ringsight.core.infer.onnx.TinyOnnx;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With a model that finds the whole picture, of a class that is the picture's shade. */
@Timeout(300)
class DetectCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String model;

    @BeforeEach
    void writeModel() {
        model = new TinyOnnx().wholeClasses().write(folder.resolve("tiny.onnx")).toString();
    }

    private int detect(Object... args) {
        List<String> all = new ArrayList<>(List.of("detect", "-m", model));
        for (Object arg : args) {
            all.add(arg.toString());
        }
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
    }

    private Path picture(String name, int width, int height, int shade) {
        Path file = folder.resolve(name);
        try (Mat mat = new Mat(height, width, CV_8UC3, Scalar.all(shade))) {
            assertThat(imwrite(file.toString(), mat)).isTrue();
        }
        return file;
    }

    private Path video(String name, int frames) throws IOException {
        Path file = folder.resolve(name);
        try (VideoFile video = new VideoFile(file, 161, 121)) {
            for (int i = 0; i < frames; i++) {
                try (Mat mat = new Mat(121, 161, CV_8UC3, Scalar.all(100 + 5 * i))) {
                    video.write(mat, i * 40_000L);
                }
            }
            video.finish();
        }
        return file;
    }

    @Test
    void givesAMessageForEachPicture() {
        Path first = picture("first.png", 64, 64, 200);
        Path second = picture("second.png", 40, 40, 100);
        assertThat(detect(first, second)).as(err.toString()).isZero();
        assertThat(out.toString().lines())
                .hasSize(2)
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("\"sourceId\":\"first\"", "\"label\":\"shade-200\"", "\"width\":64"),
                        line -> assertThat(line).contains("\"sourceId\":\"second\"", "\"label\":\"shade-100\""));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void losesNoFrameOfAVideo() throws IOException {
        Path video = video("video.mp4", 23);
        Path lines = folder.resolve("lines.jsonl");
        Path annotated = folder.resolve("annotated.mp4");
        assertThat(detect(video, "-o", lines, "--annotate", annotated))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).isEmpty();
        assertThat(Files.readAllLines(lines)).hasSize(23);
        assertThat(Files.readAllLines(lines).get(22)).contains("\"frameSeq\":23", "\"prevFrameSeq\":22", "\"gaps\":[]");
        assertThat(VideoLength.pictures(annotated)).isEqualTo(23);
        assertThat(VideoLength.pictures(lines)).isEqualTo(-1);
        // The annotated video is one that plays: it has as many frames.
        assertThat(detect(annotated)).isZero();
        assertThat(out.toString().lines()).hasSize(23);
    }

    @Test
    void drawsIntoPicturesOfAFolder() throws IOException {
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        picture("pictures/a.png", 320, 320, 120);
        picture("pictures/b.jpg", 240, 320, 220);
        Path drawn = folder.resolve("drawn");
        assertThat(detect(pictures, "--annotate", drawn)).as(err.toString()).isZero();
        assertThat(out.toString()).isEmpty();
        try (Mat plain = imread(pictures.resolve("a.png").toString());
                Mat mat = imread(drawn.resolve("a.png").toString())) {
            assertThat(mat.cols()).isEqualTo(320);
            assertThat(mat.rows()).isEqualTo(320);
            // The box runs along the edge, the middle is as it was.
            assertThat(mat.ptr(0, 160).get() & 0xff).isNotEqualTo(120);
            assertThat(mat.ptr(120, 160).get() & 0xff)
                    .isEqualTo(plain.ptr(120, 160).get() & 0xff);
        }
        assertThat(drawn.resolve("b.jpg")).isNotEmptyFile();
    }

    @Test
    void picturesOfAnySizeMakeOneVideo() {
        Path video = folder.resolve("all.mp4");
        int exit = detect(picture("a.png", 320, 240, 9), picture("b.png", 100, 300, 99), "--annotate", video);
        assertThat(exit).as(err.toString()).isZero();
        assertThat(detect(video)).isZero();
        assertThat(out.toString().lines()).hasSize(2).allMatch(line -> line.contains("{\"width\":320,\"height\":240}"));
    }

    @Test
    void inputsOfOneNameAreToldApart() throws IOException {
        Files.createDirectory(folder.resolve("other"));
        assertThat(detect(picture("a.png", 16, 16, 1), picture("other/a.png", 16, 16, 2), "--threshold", 0))
                .isZero();
        assertThat(out.toString()).contains("\"sourceId\":\"a\"", "\"sourceId\":\"a-2\"");
    }

    @Test
    void saysWhatIsWrongWithTheCommandLine() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Path file = Files.writeString(folder.resolve("file"), "x");
        Path good = picture("a.png", 16, 16, 1);
        assertRefused(2, "missing.mp4: expected a video", folder.resolve("missing.mp4"));
        assertRefused(2, "expected pictures in this folder", empty);
        assertRefused(2, "--annotate: expected a name ending with .mp4 or a folder", good, "--annotate", file);
        assertRefused(2, "there is no folder", good, "--annotate", folder.resolve("none/out.mp4"));
        assertRefused(2, "-o: expected a file to write", good, "-o", empty);
        assertRefused(2, "--threshold", good, "--threshold", 7);
        assertRefused(2, "would overwrite the input", good, "--annotate", folder);
    }

    @Test
    void namesFilesThatAreNoVideosAndGoesOn() throws IOException {
        Path text = Files.writeString(folder.resolve("text.mp4"), "this is text, not a video\n".repeat(20));
        Path nothing = Files.createFile(folder.resolve("nothing.mp4"));
        Path good = picture("a.png", 16, 16, 200);
        assertRefused(1, "text.mp4 is not a video", text, nothing, good);
        assertThat(err.toString()).contains("nothing.mp4 is empty");
        assertThat(err.toString().lines()).hasSize(2);
        assertThat(out.toString()).contains("\"label\":\"shade-200\"");
    }

    private void assertRefused(int code, String why, Object... args) {
        assertThat(detect(args)).as(err.toString()).isEqualTo(code);
        assertThat(err.toString()).contains(why).doesNotContain("\tat ").doesNotContain("should not happen");
    }
}
