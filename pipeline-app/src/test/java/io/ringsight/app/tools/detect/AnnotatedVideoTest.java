package io.ringsight.app.tools.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imread;

import io.ringsight.app.tools.files.VideoLength;
import io.ringsight.core.frame.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.LongStream;
import org.bytedeco.ffmpeg.ffmpeg;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
class AnnotatedVideoTest {
    @TempDir
    Path folder;

    private DetectRun run;

    @BeforeEach
    void prepare() {
        run = new DetectRun(folder);
    }

    @ParameterizedTest
    @CsvSource({
        "4100,3000",
        "3000,4100",
        "9000,100",
        "100,9000",
        "8,8",
        "1,1",
        "3,200",
        "200,3",
        "15,17",
        "4096,2304",
        "4097,2305"
    })
    void picturesOfAnySizeBecomeAVideo(int width, int height) {
        Path picture = run.picture("a.png", width, height, 100);
        Path video = folder.resolve("all.mp4");
        assertThat(run.detect(picture, "--annotate", video)).as(run.err()).isZero();
        assertThat(VideoLength.pictures(video)).isEqualTo(1);
        assertThat(run.detect(video)).as(run.err()).isZero();
        assertThat(run.frames()).hasSize(1);
    }

    @Test
    void aPictureIsSavedAsAPicture() {
        Path picture = run.picture("a.png", 4100, 3000, 100);
        Path saved = folder.resolve("saved.jpg");
        assertThat(run.detect(picture, "--annotate", saved)).as(run.err()).isZero();
        try (Mat mat = imread(saved.toString())) {
            assertThat(mat.cols()).isEqualTo(4100);
            assertThat(mat.rows()).isEqualTo(3000);
        }
    }

    @Test
    void manyInputsDoNotFitIntoOnePicture() {
        Path picture = run.picture("a.png", 100);
        assertThat(run.detect(picture, run.picture("b.png", 100), "--annotate", folder.resolve("x.jpg")))
                .isEqualTo(2);
        assertThat(run.err()).contains("expected a name ending with .mp4 or a folder for 2 inputs");
        assertThat(run.detect(run.video("v.mp4", 1), "--annotate", folder.resolve("x.jpg")))
                .isEqualTo(2);
        assertThat(folder.resolve("x.jpg")).doesNotExist();
    }

    @Test
    void aTimeLineThatGoesBackGoesOn() {
        VideoTimes times = new VideoTimes();
        times.begin();
        long[] joined = {1_400_000_000L, 1_440_000_000L, 1_480_000_000L, 1_400_000_000L, 1_440_000_000L};
        assertThat(LongStream.of(joined).map(times::next)).containsExactly(0L, 40_000L, 80_000L, 120_000L, 160_000L);
    }

    @Test
    void recordingsJoinedByCatAreAnnotatedWithoutABreak() throws Exception {
        Path one = folder.resolve("one.ts");
        Process ffmpeg = new ProcessBuilder(
                        Loader.load(ffmpeg.class),
                        "-v",
                        "error",
                        "-i",
                        run.video("one.mp4", 25).toString(),
                        "-c",
                        "copy",
                        one.toString())
                .inheritIO()
                .start();
        assertThat(ffmpeg.waitFor()).isZero();
        Path joined = Files.write(folder.resolve("joined.ts"), Files.readAllBytes(one));
        Files.write(joined, Files.readAllBytes(one), StandardOpenOption.APPEND);
        Path annotated = folder.resolve("annotated.mp4");
        assertThat(run.detect(joined, "--annotate", annotated, "-o", "-"))
                .as(run.err())
                .isZero();
        assertThat(run.frames()).hasSize(50);
        assertThat(run.detect(annotated)).as(run.err()).isZero();
        assertThat(run.frames())
                .extracting(line -> Long.parseLong(line.replaceAll(".*\"ptsNs\":(\\d+).*", "$1")))
                .containsExactlyElementsOf(
                        LongStream.range(0, 50).mapToObj(i -> i * 40_000_000L).toList());
    }

    @Test
    void aLeapOfHoursIsNoPause() {
        VideoTimes times = new VideoTimes();
        times.begin();
        long hour = 3_600_000_000_000L;
        long[] joined = {0, 20_000_000L, 5 * hour, 5 * hour + 20_000_000L, Picture.UNKNOWN, 30 * hour};
        assertThat(LongStream.of(joined).map(times::next))
                .containsExactly(0L, 20_000L, 40_000L, 60_000L, 80_000L, 100_000L);
    }

    @Test
    void unevenStepsAndTheNextInputKeepTheirTimes() {
        VideoTimes times = new VideoTimes();
        times.begin();
        assertThat(LongStream.of(0, 33_333_333L, 66_666_666L, 1_066_666_666L).map(times::next))
                .containsExactly(0L, 33_333L, 66_666L, 1_066_666L);
        times.begin();
        assertThat(times.next(9_000_000_000L)).isEqualTo(1_106_666L);
    }

    @Test
    void aFullDiskIsToldWheneverItShows() {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "needs /dev/full");
        for (int frames : new int[] {1, 300}) {
            assertThatThrownBy(() -> {
                        try (VideoFile video = new VideoFile(full, 320, 240);
                                Mat mat = new Mat(240, 320, CV_8UC3, Scalar.all(90))) {
                            for (int i = 0; i < frames; i++) {
                                video.write(mat, i * 40_000L);
                            }
                            video.finish();
                        }
                    })
                    .as("%d frames", frames)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("/dev/full: cannot")
                    .hasMessageContaining("No space left on device");
        }
    }

    @Test
    void namesWithColonsAreFiles() {
        Path video = folder.resolve("cam:1.mp4");
        assertThat(run.detect(run.video("v.mp4", 2), "--annotate", video))
                .as(run.err())
                .isZero();
        assertThat(Files.isRegularFile(video)).isTrue();
    }
}
