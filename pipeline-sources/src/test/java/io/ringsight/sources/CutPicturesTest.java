package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.decode.CudaDecoder;
import io.ringsight.sources.decode.FrameDecoder;
import io.ringsight.sources.decode.PicturePool;
import io.ringsight.sources.ffmpeg.FfmpegInput;
import io.ringsight.sources.libav.Deadline;
import io.ringsight.sources.libav.FfmpegLog;
import io.ringsight.sources.libav.InputPlan;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.Deinterlace;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import io.ringsight.sources.time.CaptureTimes;
import io.ringsight.sources.time.Pacer;
import io.ringsight.sources.time.TimeLine;
import io.ringsight.sources.watch.SpoiledPictures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures of which the end is missing are never analysed as if they were whole. */
@Timeout(300)
class CutPicturesTest {
    private static final int FRAMES = 30;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"a.jpg", "a.png", "a.bmp", "a.tiff", "a.jp2"})
    void countsACutPictureAsCorrupt(String name) throws Exception {
        Path whole = Clips.encode(folder.resolve(name), 1, "320x240", "-pix_fmt", pixelFormat(name));
        assertThat(play(SourceSpec.recording(whole), new RecordingIntake())).isEqualTo(Ending.ended(""));
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = Files.write(folder.resolve("cut-" + name), Arrays.copyOf(bytes, bytes.length / 3));
        RecordingIntake intake = new RecordingIntake();
        Ending ending = play(SourceSpec.recording(cut), intake);
        assertThat(intake.frames()).isZero();
        assertThat(intake.lost(GapReason.CORRUPT)).isEqualTo(1);
        assertThat(ending.reason()).isEqualTo(GapReason.UNSUPPORTED);
        assertThat(ending.detail()).contains("has no picture that can be decoded; the decoder says: ");
    }

    private static String pixelFormat(String name) {
        return name.endsWith("jpg") ? "yuvj420p" : name.endsWith("bmp") ? "bgr24" : "rgb24";
    }

    @Test
    void countsEachCutPictureOfAStream() throws Exception {
        Path stream = cutStream();
        RecordingIntake intake = new RecordingIntake();
        assertThat(play(SourceSpec.recording(stream), intake)).isEqualTo(Ending.ended(""));
        assertThat(intake.frames()).isEqualTo(FRAMES * 2 / 3);
        assertThat(intake.lost(GapReason.CORRUPT)).isEqualTo(FRAMES / 3);
    }

    @Test
    void handsOptionsThatDemuxerAndDecoderKnowToBoth() throws Exception {
        SourceSpec careless =
                new SourceSpec.Recording(cutStream(), false, SourceSpec.Pace.ASAP, Map.of("err_detect", "ignore_err"));
        RecordingIntake intake = new RecordingIntake();
        assertThat(play(careless, intake)).isEqualTo(Ending.ended(""));
        assertThat(intake.frames()).isEqualTo(FRAMES);
    }

    @Test
    void takesPicturesThatAreSloppyButWhole() throws Exception {
        Path whole = Clips.encode(folder.resolve("a.jpg"), 1, "320x240", "-pix_fmt", "yuvj420p");
        byte[] bytes = Files.readAllBytes(whole);
        Path withoutEnd = Files.write(folder.resolve("b.jpg"), Arrays.copyOf(bytes, bytes.length - 2));
        Path withMore = Files.write(folder.resolve("c.jpg"), Arrays.copyOf(bytes, bytes.length + 500));
        for (Path sloppy : new Path[] {withoutEnd, withMore}) {
            RecordingIntake intake = new RecordingIntake();
            assertThat(play(SourceSpec.recording(sloppy), intake)).isEqualTo(Ending.ended(""));
            assertThat(intake.frames()).isEqualTo(1);
        }
    }

    /** Else a pool picture would be lost for good with each such frame. */
    @Test
    void givesAPictureBackThatFailsBeforeItIsOffered() throws Exception {
        Path clip = Clips.encode(folder.resolve("a.avi"), 2, "160x120", "-c:v", "mjpeg");
        PicturePool pool = new PicturePool(1, Clock.system());
        TimeLine timeLine = new TimeLine(true);
        CaptureTimes failing = new CaptureTimes() {
            @Override
            public void packet(AVPacket packet) {
                // Nothing to know.
            }

            @Override
            public void stamp(Picture picture, long pts, long ptsNs) {
                throw new IllegalStateException("a mistake of ours");
            }
        };
        RecordingIntake intake = new RecordingIntake();
        Deadline deadline = new Deadline(Clock.system());
        FrameDecoder decoder = new FrameDecoder(
                pool,
                failing,
                timeLine,
                new Pacer(Clock.system(), false),
                intake,
                new FrameDecoder.Wait(Clock.system(), deadline),
                Deinterlace.AUTO);
        SourceSpec.Recording spec = SourceSpec.recording(clip);
        FfmpegLog log = new FfmpegLog(Clock.system(), spec.redaction());
        CudaDecoder cuda = new CudaDecoder(Decoding.ON_CPU, 1);
        try (FfmpegInput input = FfmpegInput.open(InputPlan.recording(spec), log, cuda)) {
            timeLine.begin(input.timeBase(), input.frameNs());
            decoder.begin(input, new SpoiledPictures(() -> 0), cuda, log);
            assertThat(input.read()).isZero();
            assertThatThrownBy(() -> decoder.decode(input.packet())).isInstanceOf(IllegalStateException.class);
        } finally {
            decoder.free();
        }
        assertThat(pool.tryTake()).isNotNull();
        assertThat(intake.lost(GapReason.CORRUPT)).isEqualTo(1);
    }

    private Path cutStream() throws IOException {
        Path whole = Clips.encode(folder.resolve("a.mjpeg"), FRAMES, "160x120", "-c:v", "mjpeg", "-f", "mjpeg");
        byte[] bytes = Files.readAllBytes(whole);
        ByteArrayOutputStream cut = new ByteArrayOutputStream();
        int start = 0;
        for (int picture = 0; picture < FRAMES; picture++) {
            int end = start + 2;
            while (end < bytes.length && !(bytes[end] == (byte) 0xff && bytes[end + 1] == (byte) 0xd8)) {
                end++;
            }
            cut.write(bytes, start, picture % 3 == 0 ? (end - start) / 3 : end - start);
            start = end;
        }
        return Files.write(folder.resolve("cut.mjpeg"), cut.toByteArray());
    }

    private static Ending play(SourceSpec spec, RecordingIntake intake) throws InterruptedException {
        try (Source source = Sources.open(spec, Clock.system())) {
            Ending ending = source.run(intake);
            intake.releaseAll();
            return ending;
        }
    }
}
