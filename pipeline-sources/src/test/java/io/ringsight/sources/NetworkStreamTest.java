package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.run.Await;
import io.ringsight.core.run.FreePort;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.SourceSettings;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams of servers other than RTSP cameras, from real ones. */
@Timeout(300)
@SuppressWarnings("try") // A producer is there for its stream: nothing is asked of it.
class NetworkStreamTest {
    @TempDir
    Path folder;

    @Test
    void mjpegComesAsItHappens() throws Exception {
        try (HttpCamera camera = new HttpCamera(folder)) {
            RecordingIntake intake = new RecordingIntake();
            try (RunningSource running = new RunningSource(SourceSpec.parse(camera.uri("/mjpeg")), intake)) {
                running.await(() -> intake.frames() >= 10);
                camera.freeze();
                running.await(() -> camera.served() - intake.frames() <= 3); // the others come without any more
            }
            assertArrival(intake);
            // Such pictures have no time of their own, and none is made up.
            assertThat(intake.pts()).containsOnly(Picture.UNKNOWN);
        }
    }

    @Test
    void aFrozenMjpegCameraIsStalledAndABrokenOneDisconnected() throws Exception {
        try (HttpCamera camera = new HttpCamera(folder)) {
            SourceSpec spec = SourceSpec.parse(camera.uri("/mjpeg"), timeouts(20_000L, 3_000L));
            RecordingIntake intake = new RecordingIntake();
            try (RunningSource running = new RunningSource(spec, intake)) {
                running.await(() -> intake.frames() >= 2);
                camera.freeze();
                assertThat(running.ending().reason()).isEqualTo(GapReason.STALLED);
            }
            camera.mend();
            RecordingIntake again = new RecordingIntake();
            try (RunningSource running = new RunningSource(spec, again)) {
                running.await(() -> again.frames() >= 2);
                camera.breakDown();
                assertThat(running.ending().reason()).isEqualTo(GapReason.DISCONNECTED);
            }
        }
    }

    @Test
    void aPictureIsFetchedAgainAndAgain() throws Exception {
        try (HttpCamera camera = new HttpCamera(folder)) {
            RecordingIntake intake = new RecordingIntake();
            SourceSpec spec = SourceSpec.parse(camera.uri("/snap.jpg"), framerate("10"));
            long startNs = System.nanoTime();
            try (RunningSource running = new RunningSource(spec, intake)) {
                running.await(() -> intake.frames() >= 5);
            }
            assertThat(System.nanoTime() - startNs).isGreaterThanOrEqualTo(400_000_000L);
            assertArrival(intake);
        }
    }

    @Test
    void aRecordingOfAServerComesAtItsOwnPaceAndEnds() throws Exception {
        Clips.encode(folder.resolve("clip.mp4"), 25, "320x240", "-c:v", "libopenh264");
        try (HttpCamera camera = new HttpCamera(folder)) {
            RecordingIntake intake = new RecordingIntake();
            long startNs = System.nanoTime();
            try (RunningSource running = new RunningSource(SourceSpec.parse(camera.uri("/clip.mp4")), intake)) {
                assertThat(running.ending()).isEqualTo(Ending.ended(""));
            }
            assertThat(intake.frames()).isEqualTo(25);
            assertThat(System.nanoTime() - startNs).isGreaterThanOrEqualTo(900_000_000L);
        }
    }

    @Test
    void hlsComesEvenlyAndNotInSegments() throws Exception {
        Path list = folder.resolve("live.m3u8");
        try (HttpCamera camera = new HttpCamera(folder);
                StreamProducer producer = new StreamProducer(
                        folder, "-f", "hls", "-hls_time", "1", "-hls_list_size", "6", list.toString())) {
            Await.until(() -> isThere(list));
            RecordingIntake intake = new RecordingIntake();
            try (RunningSource running = new RunningSource(SourceSpec.parse(camera.uri("/live.m3u8")), intake)) {
                running.await(() -> intake.frames() >= 60);
            }
            assertArrival(intake);
            long firstNs = intake.seen.get(10).captureUtcNs();
            assertThat(intake.seen.get(59).captureUtcNs() - firstNs).isGreaterThan(1_500_000_000L);
        }
    }

    @Test
    void aPlayListOpensNoFilesOfThisMachine() throws Exception {
        Path secret = Clips.encode(folder.resolve("secret.ts"), 25, "320x240", "-c:v", "libopenh264");
        Files.writeString(
                folder.resolve("evil.m3u8"),
                "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://" + secret + "\n#EXT-X-ENDLIST\n");
        Files.writeString(folder.resolve("evil.txt"), "ffconcat version 1.0\nfile " + secret + "\n");
        try (HttpCamera camera = new HttpCamera(folder)) {
            for (String name : new String[] {"/evil.m3u8", "/evil.txt"}) {
                RecordingIntake intake = new RecordingIntake();
                assertThat(end(SourceSpec.parse(camera.uri(name)), intake).retry())
                        .isTrue();
                assertThat(intake.frames()).isZero();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/nothing, NOT_FOUND",
        "/busy, SERVER_ERROR",
        "/hangs, TIMED_OUT",
        "/secret/mjpeg, AUTH_FAILED",
        "/broken.jpg, UNSUPPORTED",
        "/loop, IO_ERROR"
    })
    void tellsWhatIsWrong(String path, GapReason reason) throws Exception {
        try (HttpCamera camera = new HttpCamera(folder)) {
            long openMs = path.equals("/hangs") ? 1_500 : 30_000;
            Ending ending = end(SourceSpec.parse(camera.uri(path), timeouts(openMs, 30_000L)), new RecordingIntake());
            assertThat(ending.reason()).as(ending.toString()).isEqualTo(reason);
            assertThat(ending.retry()).isTrue();
        }
    }

    @Test
    void logsInAndKeepsThePasswordToItself() throws Exception {
        try (HttpCamera camera = new HttpCamera(folder);
                LogCapture log = new LogCapture()) {
            RecordingIntake intake = new RecordingIntake();
            SourceSpec spec = SourceSpec.parse(camera.uri("/secret/mjpeg"), login("me", "p@ss w:rd"));
            try (RunningSource running = new RunningSource(spec, intake)) {
                running.await(() -> intake.frames() >= 2);
            }
            Ending ending = end(
                    SourceSpec.parse(camera.uri("/secret/mjpeg"), login("me", "wr0ng w:rd")), new RecordingIntake());
            assertThat(ending.reason()).isEqualTo(GapReason.AUTH_FAILED);
            assertThat(log.text() + ending + spec).doesNotContain("p@ss", "p%40ss", "w:rd", "wr0ng");
        }
    }

    @Test
    void rtmp() throws Exception {
        String url = "rtmp://127.0.0.1:" + FreePort.take() + "/live/gate";
        try (StreamProducer producer = new StreamProducer(folder, "-f", "flv", "-listen", "1", url)) {
            takesPictures(url, SourceSettings.NONE);
        }
    }

    @Test
    void srtWithAPassphrase() throws Exception {
        String address = "srt://127.0.0.1:" + FreePort.take();
        String secret = "ten letters or more";
        try (StreamProducer producer = new StreamProducer(
                folder, "-f", "mpegts", "-passphrase", secret, "-mode", "listener", address + "?transtype=live")) {
            takesPictures(address, login(null, secret));
        }
    }

    @Test
    void srtSaysThatThePassphraseIsWrong() throws Exception {
        String address = "srt://127.0.0.1:" + FreePort.take();
        try (StreamProducer producer = new StreamProducer(
                folder, "-f", "mpegts", "-passphrase", "ten letters or more", "-mode", "listener", address)) {
            Ending[] ending = new Ending[1];
            Await.until(() -> {
                ending[0] = end(SourceSpec.parse(address, login(null, "quite another one")), new RecordingIntake());
                return ending[0].reason() != GapReason.REFUSED && ending[0].reason() != GapReason.TIMED_OUT;
            });
            assertThat(ending[0].reason()).as(ending[0].toString()).isEqualTo(GapReason.AUTH_FAILED);
        }
    }

    @Test
    void transportStreamByUdp() throws Exception {
        String url = "udp://127.0.0.1:" + FreePort.take();
        try (StreamProducer producer = new StreamProducer(folder, "-f", "mpegts", url + "?pkt_size=1316")) {
            takesPictures(url, SourceSettings.NONE);
        }
    }

    @Test
    void transportStreamByRtp() throws Exception {
        String url = "rtp://127.0.0.1:" + FreePort.take();
        try (StreamProducer producer = new StreamProducer(folder, "-f", "rtp_mpegts", url)) {
            takesPictures(url, SourceSettings.NONE);
        }
    }

    @Test
    void udpWithoutASenderTimesOut() throws Exception {
        SourceSpec spec = SourceSpec.parse("udp://127.0.0.1:" + FreePort.take(), timeouts(500L, 500L));
        assertThat(end(spec, new RecordingIntake()).reason()).isEqualTo(GapReason.TIMED_OUT);
    }

    private static void takesPictures(String url, SourceSettings settings) throws Exception {
        RecordingIntake intake = new RecordingIntake();
        // The producer may not listen yet: its process has just been started.
        long untilNs = System.nanoTime() + 100_000_000_000L;
        while (intake.frames() < 10) {
            assertThat(System.nanoTime()).as("time is up").isLessThan(untilNs);
            try (RunningSource running = new RunningSource(SourceSpec.parse(url, settings), intake)) {
                Await.until(() -> intake.frames() >= 10 || running.hasEnded());
            }
        }
        assertArrival(intake);
    }

    private static void assertArrival(RecordingIntake intake) {
        assertThat(intake.seen).allSatisfy(seen -> {
            assertThat(seen.width()).isEqualTo(320);
            assertThat(seen.clock()).isEqualTo(CaptureClock.ARRIVAL);
            assertThat(seen.uncertaintyUs()).isEqualTo(Picture.UNKNOWN);
            assertThat(Clock.system().epochNanos() - seen.captureUtcNs()).isBetween(0L, 60_000_000_000L);
        });
    }

    private static Ending end(SourceSpec spec, RecordingIntake intake) {
        try (RunningSource running = new RunningSource(spec, intake)) {
            return running.ending();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isThere(Path list) {
        try {
            return Files.exists(list)
                    && Files.readString(list)
                                    .lines()
                                    .filter(line -> line.endsWith(".ts"))
                                    .count()
                            >= 3;
        } catch (IOException e) {
            return false;
        }
    }

    private static SourceSettings login(String username, String password) {
        return SourceSettings.NONE.with(new SourceSettings.Login(username, password));
    }

    private static SourceSettings framerate(String rate) {
        return SourceSettings.NONE.with(new SourceSettings.Format(null, rate, null));
    }

    private static SourceSettings timeouts(Long openMs, Long stallMs) {
        return SourceSettings.NONE.with(new SourceSettings.Limits(openMs, stallMs, null, null));
    }
}
