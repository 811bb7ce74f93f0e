package io.ringsight.app.tools.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.infer.onnx.TinyOnnx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every frame is in a line or counted in one, and what failed is in the exit code. */
@Timeout(300)
class DetectAccountTest {
    private static final Pattern FRAME_SEQ = Pattern.compile("\"frameSeq\":(\\d+)");
    private static final Pattern COUNT = Pattern.compile("\"frames\":(\\d+)");

    @TempDir
    Path folder;

    private static int sum(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        int sum = 0;
        while (matcher.find()) {
            sum += Integer.parseInt(matcher.group(1));
        }
        return sum;
    }

    @Test
    void framesThatFailAtTheEndOfAVideoAreCountedInTheClosingGap() {
        DetectRun run = new DetectRun(folder, new TinyOnnx().failsOnWhite());
        Path video = run.video("v.mp4", 10, i -> i < 7 ? 100 : 255);
        assertThat(run.detect(video)).as(run.err()).isEqualTo(1);
        assertThat(run.frames()).hasSize(7);
        String last = run.out().lines().reduce("", (before, line) -> line);
        assertThat(last).contains("\"type\":\"gap\"", "\"reason\":\"ended\"", "\"frameSeq\":10", "inference-failed");
        assertThat(sum(COUNT, last)).isEqualTo(3);
        assertThat(run.err()).contains("v.mp4: of 10 frames", "3 inference-failed");
    }

    @Test
    void aFailedFrameInTheMiddleEndsWithOneToo() {
        DetectRun run = new DetectRun(folder, new TinyOnnx().failsOnWhite());
        assertThat(run.detect(run.picture("a.png", 10), run.picture("white.png", 255), run.picture("b.png", 20)))
                .isEqualTo(1);
        assertThat(run.frames()).hasSize(2);
        assertThat(run.out().lines()).hasSize(3);
        assertThat(run.err()).contains("white.png: of 1 frames").doesNotContain("a.png");
    }

    @Test
    void aFileThatEndsTooEarlyIsToldInMessagesAndOnStandardError() throws IOException {
        DetectRun run = new DetectRun(folder);
        Path whole = run.video("whole.mp4", 60);
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = Files.write(folder.resolve("cut.mp4"), Arrays.copyOf(bytes, bytes.length * 2 / 3));
        assertThat(run.detect(cut)).isEqualTo(1);
        List<String> lines = run.out().lines().toList();
        assertThat(lines.get(lines.size() - 1)).contains("\"type\":\"gap\"", "\"reason\":\"io-error\"");
        assertThat(run.err()).contains("cut.mp4", "cut off");
    }

    @Test
    void everyNthFrameIsAnalysedAndTheOthersAreCounted() {
        DetectRun run = new DetectRun(folder);
        assertThat(run.detect(run.video("v.mp4", 23), "--every", 5))
                .as(run.err())
                .isZero();
        assertThat(run.frames()).extracting(line -> sum(FRAME_SEQ, line)).containsExactly(1, 6, 11, 16, 21);
        assertThat(run.frames().size() + sum(COUNT, run.out())).isEqualTo(23);
        assertThat(run.out()).contains("rate-limit");
    }

    @Test
    void framesPerSecondGoByTheVideosOwnTime() {
        DetectRun run = new DetectRun(folder);
        // 25 frames a second.
        assertThat(run.detect(run.video("v.mp4", 50), "--fps", 5)).as(run.err()).isZero();
        // One more than ten: a quarter of an interval of slack at the beginning.
        assertThat(run.frames()).hasSizeBetween(10, 11);
        assertThat(run.frames().size() + sum(COUNT, run.out())).isEqualTo(50);
    }

    @Test
    void startLeavesOutWhatIsBefore() {
        DetectRun run = new DetectRun(folder);
        Path video = run.video("v.mp4", 50);
        assertThat(run.detect(video, "--start", "1.2")).as(run.err()).isZero();
        assertThat(run.frames()).hasSize(20);
        assertThat(run.detect(video, "--start", "0:00:01", "--every", 25)).isZero();
        assertThat(run.frames()).hasSize(1).allMatch(line -> line.contains("\"ptsNs\":1000000000"));
        assertThat(run.detect(video, "--start", "1:00")).isEqualTo(1);
        assertThat(run.err()).contains("v.mp4 ends before --start");
        assertThat(run.detect(run.picture("a.png", 9), "--start", "1:00", "--every", 3))
                .as("a picture has no time")
                .isZero();
        assertThat(run.frames()).hasSize(1);
    }

    @Test
    void onlyTheClassesThatWereAskedFor() {
        DetectRun run = new DetectRun(folder);
        Path first = run.picture("a.png", 100);
        Path second = run.picture("b.png", 200);
        assertThat(run.detect(first, second, "--classes", "shade-100,Shade-7")).isZero();
        assertThat(run.out()).contains("\"label\":\"shade-100\"").doesNotContain("\"label\":\"shade-200\"");
        assertThat(run.frames()).hasSize(2);
    }

    @Test
    void aTrackThatIsNotThereIsNamed() {
        DetectRun run = new DetectRun(folder);
        Path picture = run.picture("a.png", 100);
        assertThat(run.detect(picture, "--track", "1")).as(run.err()).isZero();
        assertThat(run.detect(picture, "--track", "2")).isEqualTo(1);
        assertThat(run.err()).contains("a.png: expected track 1, the videos it has (1: png 160x160), got track 2");
    }

    @Test
    void wrongChoicesAreNamed() {
        DetectRun run = new DetectRun(folder);
        Path picture = run.picture("a.png", 100);
        for (Object[] wrong : new Object[][] {
            {"--every", "0"},
            {"--every", "x"},
            {"--fps", "0"},
            {"--fps", "NaN"},
            {"--start", "soon"},
            {"--start", "-1"},
            {"--classes", "pigeon"},
            {"--classes", ""},
            {"--track", "0"},
            {"--track", "100"}
        }) {
            assertThat(run.detect(picture, wrong[0], wrong[1]))
                    .as(wrong[1].toString())
                    .isEqualTo(2);
            assertThat(run.err()).contains((String) wrong[0]).doesNotContain("\tat ");
        }
    }

    @Test
    void aFullDiskIsOneLineAndExitCodeOne() {
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")), "needs /dev/full");
        DetectRun run = new DetectRun(folder);
        for (int frames : new int[] {1, 100}) {
            assertThat(run.detect(run.video("v.mp4", frames), "-o", "/dev/full"))
                    .isEqualTo(1);
            assertThat(run.err().lines()).hasSize(1);
            assertThat(run.err()).contains("/dev/full cannot be written").contains("No space left");
        }
    }
}
