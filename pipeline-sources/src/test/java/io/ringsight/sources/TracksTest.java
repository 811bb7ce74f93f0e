package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.run.FreePort;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.Deinterlace;
import io.ringsight.sources.spec.SourceSettings;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file with sound and two videos of different size, of which one can be chosen. */
@Timeout(300)
class TracksTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void mux() {
        Path wide = Clips.encode(folder.resolve("wide.mp4"), 6, "160x90", "-c:v", "mpeg4");
        Path small = Clips.encode(folder.resolve("small.mp4"), 4, "64x48", "-c:v", "mpeg4");
        file = folder.resolve("both.mkv");
        Clips.run(List.of(
                Loader.load(org.bytedeco.ffmpeg.ffmpeg.class),
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                "anullsrc=duration=0.2",
                "-i",
                small.toString(),
                "-i",
                wide.toString(),
                "-map",
                "0",
                "-map",
                "1",
                "-map",
                "2",
                "-c:v",
                "copy",
                "-c:a",
                "pcm_s16le",
                file.toString()));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"?track=1, 64, 4, 1", "?track=2, 160, 6, 2", "'', 64, 4, 1"})
    void readsTheTrackThatIsAskedForOrTheMainOne(String query, int width, int frames, int track)
            throws InterruptedException {
        ProbeReport report =
                Sources.probe(SourceSpec.parse("file:" + file + query), Clock.system(), 10_000, picture -> {});
        assertThat(report.last().width()).isEqualTo(width);
        assertThat(report.pictures()).isEqualTo(frames);
        assertThat(report.lost()).isZero();
        assertThat(report.video().tracks()).isEqualTo(2);
        assertThat(report.video().track()).isEqualTo(track);
    }

    @Test
    void saysThatThereAreOthersWhereNoneWasAskedFor() throws InterruptedException {
        assertThat(logOf(SourceSpec.parse("file:" + file))).contains("both.mkv: track 1 of 2 videos is read");
        assertThat(logOf(SourceSpec.parse("file:" + file + "?track=2"))).doesNotContain("videos is read");
    }

    private static String logOf(SourceSpec spec) throws InterruptedException {
        try (LogCapture log = new LogCapture();
                Source source = Sources.open(spec, Clock.system())) {
            RecordingIntake intake = new RecordingIntake();
            source.run(intake);
            intake.releaseAll();
            return log.text();
        }
    }

    @Test
    void aProgramThatBeginsInTheMiddleIsToldToo() throws Exception {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (String pid : List.of("256", "768")) {
            joined.write(Files.readAllBytes(Clips.encode(
                    folder.resolve(pid + ".ts"), 50, "320x240", "-c:v", "mpeg4", "-mpegts_start_pid", pid)));
        }
        Path changing = Files.write(folder.resolve("changing.ts"), joined.toByteArray());
        assertThat(logOf(SourceSpec.recording(changing))).contains("changing.ts: track 1 of 2 videos is read");
    }

    @Test
    void saysHowManyThereAreWhereItHasNoSuchTrack() throws InterruptedException {
        SourceSpec spec = SourceSpec.parse("file:" + file + "?track=3");
        assertThat(spec.uri()).endsWith("?track=3");
        ProbeReport report = Sources.probe(spec, Clock.system(), 10_000, picture -> {});
        assertThat(report.ok()).isFalse();
        assertThat(report.ending().reason()).isEqualTo(GapReason.UNSUPPORTED);
        assertThat(report.ending().detail())
                .isEqualTo(file
                        + ": expected track 1 to 2, the videos it has (1: mpeg4 64x48, 2: mpeg4 160x90), got track 3");
    }

    @Test
    @SuppressWarnings("try") // it only has to run
    void aTransportStreamByUdpHasItsTracksInTheOrderOfTheirPids() throws Exception {
        String url = "udp://127.0.0.1:" + FreePort.take();
        try (StreamProducer producer = new StreamProducer(
                folder,
                "-filter_complex",
                "[0:v]split[large][copy];[copy]scale=160:120[small]",
                "-map",
                "[large]",
                "-map",
                "[small]",
                "-streamid",
                "0:300",
                "-streamid",
                "1:200",
                "-f",
                "mpegts",
                url + "?pkt_size=1316")) {
            ProbeReport small = probe(url, 1);
            assertThat(small.ok()).as("%s", small).isTrue();
            assertThat(small.last().width()).isEqualTo(160);
            assertThat(small.video().track()).isEqualTo(1);
            assertThat(small.video().tracks()).isEqualTo(2);
            assertThat(probe(url, 2).last().width()).isEqualTo(320);
            Ending none = probe(url, 3).ending();
            assertThat(none.detail()).startsWith("expected track 1 to 2, the videos it has (1: h264");
            assertThat(none.retry()).isTrue();
        }
    }

    @Test
    @Tag("rtsp")
    void anRtspCameraHasThemAsItDescribesThem() throws InterruptedException {
        RtspCamera.need();
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "two:/cam1")) {
            assertThat(probe(camera.uri("/cam1"), 1).video().codec()).isEqualTo("mjpeg");
            ProbeReport second = probe(camera.uri("/cam1"), 2);
            assertThat(second.video().codec()).isEqualTo("h264");
            assertThat(second.last().width()).isEqualTo(160);
            assertThat(second.video().track()).isEqualTo(2);
            assertThat(probe(camera.uri("/cam1"), 3).ending().detail())
                    .isEqualTo("expected track 1 to 2, the videos it has (1: mjpeg, 2: h264), got track 3");
        }
    }

    private static ProbeReport probe(String uri, int track) throws InterruptedException {
        SourceSettings patient = SourceSettings.NONE.with(new SourceSettings.Limits(30_000L, 30_000L, null, null));
        return Sources.probe(
                SourceSpec.parse(uri, patient),
                Clock.system(),
                1_000,
                picture -> {},
                Decoding.onCpu(Deinterlace.AUTO, track));
    }
}
