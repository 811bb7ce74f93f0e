package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.PixelFormat;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Videos and pictures through FFmpeg: all frames, in order, and a clear word where there are none. */
@Timeout(300)
class FileSourceTest {
    private static final int FRAMES = 60;
    private static final long FRAME_NS = 40_000_000L;

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "h264.mp4,    -c:v libopenh264 -g 20",
        "h264.ts,     -c:v libopenh264 -g 20",
        "h264.mkv,    -c:v libopenh264 -g 20",
        "mpeg4b.mp4,  -c:v mpeg4 -bf 2 -g 12 -q:v 3",
        "mpeg4.avi,   -c:v mpeg4 -q:v 3",
        "mjpeg.avi,   -c:v mjpeg -q:v 3",
        "mjpeg.mkv,   -c:v mjpeg -q:v 3",
        "yuyv.avi,    -c:v rawvideo -pix_fmt yuyv422",
        "yuyv.nut,    -c:v rawvideo -pix_fmt yuyv422",
        "av1.mp4,     -c:v libsvtav1 -preset 12",
        "av1-10.mkv,  -c:v libsvtav1 -preset 12 -pix_fmt yuv420p10le",
        "ffv1-10.mkv, -c:v ffv1 -pix_fmt yuv422p10le",
        "gray16.mkv,  -c:v ffv1 -pix_fmt gray16le",
    })
    void givesEveryFrameOnceAndInOrder(String name, String encoder) {
        Path file = Clips.encode(folder.resolve(name), FRAMES, "320x240", encoder.split(" "));
        RecordingIntake intake = new RecordingIntake();
        Ending ending = play(SourceSpec.recording(file), intake);
        assertThat(ending).isEqualTo(Ending.ended(""));
        assertThat(intake.frames()).isEqualTo(FRAMES).isEqualTo(Clips.count(file));
        assertThat(intake.losses.total()).isZero();
        for (int i = 1; i < FRAMES; i++) {
            assertThat(intake.pts().get(i) - intake.pts().get(i - 1))
                    .isBetween(FRAME_NS - 1_000_000, FRAME_NS + 1_000_000);
        }
        assertThat(intake.seen).allSatisfy(seen -> {
            assertThat(seen.width()).isEqualTo(320);
            assertThat(seen.height()).isEqualTo(240);
            assertThat(seen.clock()).isEqualTo(CaptureClock.FILE);
        });
    }

    /** FFmpeg's free build cannot encode H.265; the rig's GStreamer can, with frames out of order (B-frames). */
    @Test
    @Tag("rtsp")
    void givesEveryFrameOfH265Too() {
        RtspCamera.need();
        Path file = folder.resolve("h265.mkv");
        Clips.run(List.of(
                "/usr/bin/python3",
                "-c",
                "import gi, sys; gi.require_version('Gst', '1.0'); from gi.repository import Gst; Gst.init(None);"
                        + " p = Gst.parse_launch('videotestsrc num-buffers=60 pattern=ball !"
                        + " video/x-raw,width=320,height=240,framerate=25/1 ! x265enc option-string=bframes=3"
                        + " ! h265parse ! matroskamux ! filesink location=' + sys.argv[1]);"
                        + " p.set_state(Gst.State.PLAYING);"
                        + " m = p.get_bus().timed_pop_filtered(40 * Gst.SECOND,"
                        + " Gst.MessageType.EOS | Gst.MessageType.ERROR);"
                        + " p.set_state(Gst.State.NULL); sys.exit(m is None or m.type != Gst.MessageType.EOS)",
                file.toString()));
        assertCountsAsFfprobeDoes(file, FRAMES);
    }

    @Test
    @Tag("shared")
    void givesEveryFrameOfRealClips() throws IOException {
        String named = System.getenv("RINGSIGHT_SHARED");
        Path shared =
                named == null ? Path.of(System.getProperty("ringsight.root")).resolveSibling("shared") : Path.of(named);
        Path clips = shared.resolve("data/clips");
        assumeTrue(Files.isDirectory(clips), "no ../shared/data/clips beside the repository");
        try (Stream<Path> files = Files.list(clips)) {
            for (Path clip : files.filter(file -> file.toString().matches(".*[.](mp4|avi|mkv)"))
                    .toList()) {
                assertCountsAsFfprobeDoes(clip, Clips.count(clip));
            }
        }
    }

    private static void assertCountsAsFfprobeDoes(Path file, int expected) {
        RecordingIntake intake = new RecordingIntake();
        assertThat(play(SourceSpec.recording(file), intake)).as(file.toString()).isEqualTo(Ending.ended(""));
        assertThat(intake.frames()).as(file.toString()).isEqualTo(expected).isEqualTo(Clips.count(file));
        assertThat(intake.losses.total()).isZero();
        assertThat(intake.pts()).as(file.toString()).isSorted();
    }

    @Test
    void loopsWithAGrowingTimeLine() {
        Path file = Clips.encode(folder.resolve("loop.mp4"), 10, "160x120", "-c:v", "mpeg4", "-bf", "2");
        Source[] source = new Source[1];
        RecordingIntake intake = new RecordingIntake(2, (picture, number) -> {
            if (number == 35) {
                source[0].stop();
            }
        });
        source[0] = Sources.open(SourceSpec.parse("file:" + file + "?loop"), Clock.system());
        assertThat(run(source[0], intake).reason()).isEqualTo(GapReason.STOPPED);
        assertThat(intake.frames()).isEqualTo(35);
        for (int i = 1; i < 35; i++) {
            assertThat(intake.pts().get(i) - intake.pts().get(i - 1)).isEqualTo(FRAME_NS);
        }
    }

    @Test
    void keepsToRealTimeWhenAsked() {
        Path file = Clips.encode(folder.resolve("pace.mp4"), 13, "160x120", "-c:v", "mpeg4");
        long startNs = Clock.system().nanoTime();
        RecordingIntake intake = new RecordingIntake();
        play(SourceSpec.parse("file:" + file + "?pace=realtime"), intake);
        assertThat(Clock.system().nanoTime() - startNs).isGreaterThanOrEqualTo(12 * FRAME_NS);
        assertThat(intake.frames()).isEqualTo(13);
    }

    @ParameterizedTest
    @CsvSource({"picture.jpg, mjpeg", "picture.png, png", "picture.bmp, bmp"})
    void readsSinglePictures(String name, String encoder) {
        Path file = Clips.encode(folder.resolve(name), 1, "320x200", "-c:v", encoder);
        RecordingIntake intake = new RecordingIntake();
        assertThat(play(SourceSpec.recording(file), intake)).isEqualTo(Ending.ended(""));
        assertThat(intake.frames()).isEqualTo(1);
        assertThat(intake.last().width()).isEqualTo(320);
        assertThat(intake.last().height()).isEqualTo(200);
    }

    @Test
    void waitsForPicturesInsteadOfLosingFrames() throws Exception {
        Path file = Clips.encode(folder.resolve("wait.mp4"), 20, "160x120", "-c:v", "mpeg4");
        RecordingIntake intake = new RecordingIntake(100, (picture, number) -> {});
        try (Source source = Sources.open(SourceSpec.recording(file), Clock.system(), 4)) {
            Thread thread = new Thread(() -> run(source, intake));
            thread.start();
            while (thread.isAlive()) {
                intake.releaseAll();
                thread.join(1);
            }
        }
        assertThat(intake.frames()).isEqualTo(20);
        assertThat(intake.losses.total()).isZero();
    }

    @Test
    void picturesOutliveTheirFile() {
        Path file = Clips.encode(folder.resolve("outlive.mkv"), 4, "64x48", "-c:v", "ffv1", "-pix_fmt", "gray");
        RecordingIntake intake = new RecordingIntake(4, (picture, number) -> {});
        try (Source source = Sources.open(SourceSpec.recording(file), Clock.system())) {
            assertThat(runOnly(source, intake).reason()).isEqualTo(GapReason.ENDED);
            assertThat(intake.last().format()).isEqualTo(PixelFormat.GRAY8);
            intake.releaseAll();
        }
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        Path video = Clips.encode(folder.resolve("video.mp4"), 50, "320x240", "-c:v", "mpeg4");
        byte[] bytes = Files.readAllBytes(video);
        Path empty = Files.createFile(folder.resolve("empty.mp4"));
        Path text = Files.writeString(folder.resolve("text.mp4"), "Dear camera,\nplease send pictures.\n".repeat(20));
        Path cut = Files.write(folder.resolve("cut.mp4"), Arrays.copyOf(bytes, bytes.length / 2));
        Path sound = folder.resolve("sound.wav");
        Clips.run(List.of(
                org.bytedeco.javacpp.Loader.load(org.bytedeco.ffmpeg.ffmpeg.class),
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                "sine=d=1",
                sound.toString()));

        expect(folder.resolve("missing.mp4"), GapReason.NOT_FOUND, "missing.mp4: no such file");
        expect(folder, GapReason.UNSUPPORTED, "3 of 4 files failed; the first: ");
        expect(Files.createDirectory(folder.resolve("void")), GapReason.NOT_FOUND, "expected videos or pictures");
        expect(empty, GapReason.UNSUPPORTED, "is empty (0 bytes)");
        expect(text, GapReason.UNSUPPORTED, "text.mp4 is not a video or picture that FFmpeg can read");
        expect(cut, GapReason.UNSUPPORTED, "moov atom not found");
        expect(sound, GapReason.UNSUPPORTED, "no video");
    }

    private void expect(Path file, GapReason reason, String detail) {
        Ending ending = play(SourceSpec.recording(file), new RecordingIntake());
        assertThat(ending.reason()).as(ending.toString()).isEqualTo(reason);
        assertThat(ending.detail()).contains(detail).doesNotContain("\n");
        assertThat(ending.retry()).isFalse();
    }

    @Test
    void givesWhatATruncatedVideoStillHas() throws IOException {
        Path video =
                Clips.encode(folder.resolve("fast.mp4"), 50, "320x240", "-c:v", "mpeg4", "-movflags", "+faststart");
        byte[] bytes = Files.readAllBytes(video);
        Path cut = Files.write(folder.resolve("cut.mp4"), Arrays.copyOf(bytes, bytes.length * 2 / 3));
        RecordingIntake intake = new RecordingIntake();
        Ending ending = play(SourceSpec.recording(cut), intake);
        assertThat(ending.reason()).as(ending.toString()).isEqualTo(GapReason.IO_ERROR);
        assertThat(ending.detail()).contains("damaged or cut off after " + (intake.frames() + intake.losses.total()));
        assertThat(intake.frames()).isBetween(20, 45);
    }

    @Test
    void refusesOptionsNobodyKnows() {
        Path file = Clips.encode(folder.resolve("options.mp4"), 2, "64x48", "-c:v", "mpeg4");
        SourceSpec spec = new SourceSpec.Recording(file, false, SourceSpec.Pace.ASAP, Map.of("stimeout", "3"));
        Ending ending = play(spec, new RecordingIntake());
        assertThat(ending.reason()).isEqualTo(GapReason.UNSUPPORTED);
        assertThat(ending.detail()).contains("configuration error").contains("'stimeout'");
        assertThat(ending.retry()).isFalse();
    }

    @Test
    void survivesDamagedVideos() throws IOException {
        Path video = Clips.encode(folder.resolve("whole.ts"), 50, "320x240", "-c:v", "libopenh264", "-g", "10");
        java.util.Random random = new java.util.Random(7);
        byte[] bytes = Files.readAllBytes(video);
        for (int i = 0; i < 400; i++) {
            bytes[1000 + random.nextInt(bytes.length - 1000)] = (byte) random.nextInt();
        }
        RecordingIntake intake = new RecordingIntake();
        play(SourceSpec.recording(Files.write(folder.resolve("damaged.ts"), bytes)), intake);
        assertThat(intake.losses.count(GapReason.CORRUPT)).isPositive();
        assertThat(intake.frames() + intake.losses.total()).isBetween(10, 120);
    }

    @ParameterizedTest(name = "rotated by {0} degrees")
    @CsvSource({"0", "90"})
    void allocatesNothingAFrame(String degrees) {
        Path plain = Clips.encode(folder.resolve("plain.mp4"), 4000, "64x48", "-c:v", "mpeg4", "-g", "50");
        Path file = Clips.rotated(plain, folder.resolve("long.mp4"), degrees);
        AllocationMeter meter = new AllocationMeter(1000, 500, 6);
        QuietIntake intake = new QuietIntake(meter::frame);
        assertThat(play(SourceSpec.recording(file), intake).reason()).isEqualTo(GapReason.ENDED);
        assertThat(meter.fewestBytes()).as("%s", meter).isZero();
    }

    private static Ending play(SourceSpec spec, io.ringsight.core.pipeline.FrameIntake intake) {
        return run(Sources.open(spec, Clock.system()), intake);
    }

    private static Ending run(Source source, io.ringsight.core.pipeline.FrameIntake intake) {
        try {
            Ending ending = runOnly(source, intake);
            if (intake instanceof RecordingIntake recording) {
                recording.releaseAll();
            }
            return ending;
        } finally {
            source.close();
        }
    }

    private static Ending runOnly(Source source, io.ringsight.core.pipeline.FrameIntake intake) {
        try {
            return source.run(intake);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
