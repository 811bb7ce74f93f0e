package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.run.Await;
import io.ringsight.core.run.FreePort;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.Redaction;
import io.ringsight.sources.spec.SourceSettings;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import io.ringsight.sources.supervise.SourceSupervisor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Network cameras, against real ones. */
@Tag("rtsp")
@Timeout(300)
class RtspSourceTest {
    private static final int ENOUGH = 20;
    /** A busy machine may encode and read more slowly than the camera shows. */
    private static final long ANY_LAG = 0;

    @TempDir
    Path folder;

    @BeforeAll
    static void needCameras() {
        RtspCamera.need();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "udp", "auto"})
    void takesPicturesByEitherTransport(String transport) throws Exception {
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "h264:/cam1")) {
            RecordingIntake intake = take(ENOUGH, SourceSpec.parse(camera.uri("/cam1"), transport(transport)));
            assertThat(intake.seen).allMatch(seen -> seen.width() == 640 && seen.height() == 360);
            assertGrowing(intake);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h265", "mjpeg"})
    void takesOtherCodecs(String codec) throws Exception {
        try (RtspCamera camera = new RtspCamera(folder, "--cam", codec + ":/cam1")) {
            assertGrowing(take(ENOUGH, SourceSpec.parse(camera.uri("/cam1"), transport(null))));
        }
    }

    @Test
    void fallsBackToUdpWhereTcpIsRefused() throws Exception {
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "h264:/cam1", "--transport", "udp")) {
            take(ENOUGH, SourceSpec.parse(camera.uri("/cam1"), transport(null)));
            Ending ending = runToItsEnd(SourceSpec.parse(camera.uri("/cam1"), transport("tcp")));
            assertThat(ending.reason()).as(ending.toString()).isEqualTo(GapReason.UNSUPPORTED);
            assertThat(ending.detail()).contains("tcp");
        }
    }

    @Test
    void knowsTheCamerasClockFromTheFirstReportOn() throws Exception {
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "h264:/cam1")) {
            RecordingIntake intake = new RecordingIntake();
            try (RunningSource running =
                    new RunningSource(SourceSpec.parse(camera.uri("/cam1"), transport(null)), intake)) {
                running.await(() -> intake.frames() > 0 && intake.last().clock() == CaptureClock.RTCP_SR);
                int known = intake.frames();
                running.await(() -> intake.frames() >= known + 10);
            }
            assertThat(intake.seen)
                    .as("none, or all before the first report")
                    .filteredOn(seen -> seen.clock() == CaptureClock.ARRIVAL)
                    .allMatch(seen -> seen.uncertaintyUs() == Picture.UNKNOWN)
                    .hasSize((int) intake.seen.stream()
                            .takeWhile(seen -> seen.clock() == CaptureClock.ARRIVAL)
                            .count());
            RecordingIntake.Seen last = intake.last();
            assertThat(last.uncertaintyUs()).isBetween(1L, 100_000L);
            long ageNs = Clock.system().epochNanos() - last.captureUtcNs();
            assertThat(ageNs).isBetween(0L, TimeUnit.SECONDS.toNanos(30));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"basic", "digest"})
    void logsInAndKeepsThePasswordToItself(String method) throws Exception {
        String password = "p@ss:w/rd %41";
        try (RtspCamera camera = new RtspCamera(
                        folder, "--cam", "h264:/cam1", "--user", "us er", "--password", password, "--auth", method);
                LogCapture log = new LogCapture()) {
            take(ENOUGH, SourceSpec.parse(camera.uri("/cam1"), login("us er", password)));

            SourceSpec inUri = SourceSpec.parse(
                    camera.uri("/cam1").replace("://", "://us%20er:" + Redaction.percentEncoded(password) + "@"),
                    transport(null));
            take(ENOUGH, inUri);

            String wrong = "wrong-secret";
            Ending refused = runToItsEnd(SourceSpec.parse(camera.uri("/cam1"), login("us er", wrong)));
            assertThat(refused.reason()).as(refused.toString()).isEqualTo(GapReason.AUTH_FAILED);
            assertThat(refused.retry()).isTrue();
            Ending without = runToItsEnd(SourceSpec.parse(camera.uri("/cam1"), transport(null)));
            assertThat(without.reason()).isEqualTo(GapReason.AUTH_FAILED);

            assertThat(log.text() + refused + without + inUri)
                    .contains("401")
                    .doesNotContain(password, Redaction.percentEncoded(password), wrong, "w/rd");
        }
    }

    @Test
    void tellsNotFoundServerErrorRefusedAndUnknownHostApart() throws Exception {
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "h264:/cam1", "--cam", "broken:/broken")) {
            expect(camera.uri("/elsewhere"), GapReason.NOT_FOUND);
            expect(camera.uri("/broken"), GapReason.SERVER_ERROR);
        }
        expect("rtsp://127.0.0.1:" + FreePort.take() + "/cam1", GapReason.REFUSED);
        expect("rtsp://no-such-host.invalid/cam1", GapReason.UNREACHABLE);
    }

    private static void expect(String uri, GapReason reason) throws Exception {
        Ending ending = runToItsEnd(SourceSpec.parse(uri));
        assertThat(ending.reason()).as(ending.toString()).isEqualTo(reason);
        assertThat(ending.retry()).isTrue();
        assertThat(ending.detail()).isNotEmpty().doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource({"tcp", "udp"})
    void seesAFrozenCameraAfterTheStallTimeout(String transport) throws Exception {
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "h264:/cam1")) {
            SourceSpec spec = SourceSpec.parse(camera.uri("/cam1"), transport(transport));
            RecordingIntake intake = new RecordingIntake();
            try (RunningSource running = new RunningSource(spec, intake)) {
                running.await(() -> intake.frames() >= ENOUGH);
                long frozenNs = System.nanoTime();
                camera.freeze();
                Ending ending = running.ending();
                long stalledMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - frozenNs);
                camera.thaw();
                assertThat(ending.reason()).as(ending.toString()).isEqualTo(GapReason.STALLED);
                // how late at most: by a clock turned by hand, and by row 2 of scripts/faults
                assertThat(stalledMs).isGreaterThan(spec.timeouts().stallMs() / 2);
            }
        }
    }

    @Test
    void givesUpOpeningAFrozenCamera() throws Exception {
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "h264:/cam1")) {
            camera.freeze();
            SourceSpec spec = SourceSpec.parse(camera.uri("/cam1"), timeouts(1500L, 3000L));
            long startNs = System.nanoTime();
            Ending ending = runToItsEnd(spec);
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs))
                    .isGreaterThanOrEqualTo(1500L);
            assertThat(ending.reason()).as(ending.toString()).isEqualTo(GapReason.TIMED_OUT);
        }
    }

    /** No picture can come before the next key frame, 8 s apart here, 60 s with cameras that save bandwidth. */
    @Test
    void aCameraJoinedBetweenTwoKeyFramesIsWaitedForLongerThanAStall() throws Exception {
        RecordingIntake first = new RecordingIntake();
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "h264:/cam1", "--fps", "25", "--gop", "200");
                LogCapture log = new LogCapture();
                RunningSource earlier =
                        new RunningSource(SourceSpec.parse(camera.uri("/cam1"), transport(null)), first)) {
            earlier.await(() -> first.frames() >= 25);
            RecordingIntake second = take(3, SourceSpec.parse(camera.uri("/cam1"), timeouts(3000L, 1500L)));
            assertThat(log.text()).contains("connected, waiting for a key frame");
            assertThat(second.losses.total()).isZero();
        }
        first.releaseAll();
    }

    @Test
    void stopsWithoutWaitingForTheCamera() throws Exception {
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "h264:/cam1")) {
            RecordingIntake intake = new RecordingIntake();
            SourceSpec spec = SourceSpec.parse(camera.uri("/cam1"), timeouts(60_000L, 300_000L));
            try (RunningSource running = new RunningSource(spec, intake)) {
                running.await(() -> intake.frames() >= 3);
                camera.freeze();
                running.source.stop();
                assertThat(running.ending()).as("before the stall timeout").isEqualTo(Ending.stopped());
                camera.thaw();
            }
        }
    }

    @Test
    void losesNoPictureWhenStoppedInTheMiddleOfOne() throws Exception {
        Path video = Clips.encode(folder.resolve("video.h264"), 5, "160x120", "-c:v", "libopenh264", "-f", "h264");
        RecordingIntake intake = new RecordingIntake();
        try (TinyRtspServer camera = new TinyRtspServer(Files.readAllBytes(video));
                RunningSource running =
                        new RunningSource(SourceSpec.parse(camera.uri("/breaks-off"), transport("tcp")), intake)) {
            running.await(() -> intake.frames() >= 5);
            running.source.stop();
            assertThat(running.ending()).isEqualTo(Ending.stopped());
        }
        assertThat(intake.losses.total()).isZero();
        assertThat(intake.frames()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPTIONS", "DESCRIBE", "SETUP", "PLAY"})
    void saysThatTheCameraBrokeTheConnectionInsteadOfAnswering(String request) throws Exception {
        try (TinyRtspServer camera = new TinyRtspServer(new byte[0]);
                RunningSource running = new RunningSource(
                        SourceSpec.parse(camera.uri("/leaves-at-" + request), transport("tcp")),
                        new RecordingIntake())) {
            Ending ending = running.ending();

            assertThat(ending.reason()).as(ending.toString()).isEqualTo(GapReason.DISCONNECTED);
            assertThat(ending.retry()).isTrue();
        }
    }

    @Test
    void comesBackAfterTheCameraWasKilled() throws Exception {
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "h264:/cam1")) {
            RecordingIntake intake = new RecordingIntake();
            Source source = Sources.open(SourceSpec.parse(camera.uri("/cam1"), transport(null)), Clock.system());
            try (SourceSupervisor supervisor = new SourceSupervisor(source, intake, Clock.system())) {
                supervisor.start();
                Await.until(() -> intake.frames() >= ENOUGH);
                camera.kill();
                Await.until(() -> !intake.metrics().state().equals("live"));
                int before = intake.frames();
                camera.start();
                Await.until(() -> intake.frames() >= before + ENOUGH);
                assertThat(intake.metrics().state()).isEqualTo("live");
                assertThat(SourceSupervisor.stopAll(List.of(supervisor), Clock.system(), 30_000))
                        .isEmpty();
                intake.releaseAll();
            }
            assertThat(intake.gaps.get(1)).startsWith("disconnected: ");
            assertThat(intake.metrics().value(Counter.CONNECTS)).isEqualTo(2);
            assertThat(intake.metrics().value(Counter.CONNECTION_LOSSES)).isEqualTo(1);
        }
    }

    @Test
    void followsAChangeOfSize() throws Exception {
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "h264:/cam1", "--switch", "2:1280x720")) {
            RecordingIntake intake = new RecordingIntake();
            try (RunningSource running =
                    new RunningSource(SourceSpec.parse(camera.uri("/cam1"), transport(null)), intake)) {
                running.await(() -> intake.frames() > 0 && intake.last().width() == 1280);
                int changed = intake.frames();
                running.await(() -> intake.frames() >= changed + ENOUGH);
            }
            Map<Integer, Long> widths = intake.seen.stream()
                    .collect(Collectors.groupingBy(RecordingIntake.Seen::width, Collectors.counting()));
            assertThat(widths).containsOnlyKeys(640, 1280);
            assertGrowing(intake);
        }
    }

    @Test
    void checksTheCertificate() throws Exception {
        Path key = folder.resolve("key.pem");
        Path certificate = folder.resolve("cert.pem");
        Clips.run(List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "30",
                "-subj",
                "/CN=127.0.0.1",
                "-addext",
                "subjectAltName=IP:127.0.0.1",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString()));
        try (RtspCamera camera = new RtspCamera(
                folder,
                "--cam",
                "h264:/cam1",
                "--user",
                "u",
                "--password",
                "secret",
                "--tls",
                certificate.toString(),
                key.toString())) {
            String uri = camera.tlsUri("/cam1");
            Ending unknown = runToItsEnd(SourceSpec.parse(uri, tls(null, null)));
            assertThat(unknown.reason()).as(unknown.toString()).isEqualTo(GapReason.TLS_FAILED);
            take(ENOUGH, SourceSpec.parse(uri, tls(null, certificate.toString())));
            take(ENOUGH, SourceSpec.parse(uri, tls(false, null)));
        }
    }

    @Test
    void refusesOptionsNobodyKnows() throws Exception {
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "h264:/cam1")) {
            SourceSettings settings = new SourceSettings(
                    null,
                    SourceSettings.Login.NONE,
                    SourceSettings.Tls.NONE,
                    SourceSettings.Format.NONE,
                    SourceSettings.Limits.NONE,
                    Map.of("stimeout", "3000000"));
            Ending ending = runToItsEnd(SourceSpec.parse(camera.uri("/cam1"), settings));
            assertThat(ending.retry()).isFalse();
            assertThat(ending.detail()).contains("'stimeout'");
        }
    }

    @Test
    void losesFramesAsOverloadWhenNoPictureIsFree() throws Exception {
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "h264:/cam1")) {
            RecordingIntake hoarder = new RecordingIntake(1000, (picture, number) -> {});
            try (RunningSource running =
                    new RunningSource(SourceSpec.parse(camera.uri("/cam1"), transport(null)), hoarder)) {
                running.await(() -> hoarder.losses.count(GapReason.OVERLOAD) >= 10);
                hoarder.releaseAll();
            }
            assertThat(hoarder.frames()).isGreaterThanOrEqualTo(Sources.DEFAULT_PICTURES);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "udp"})
    void allocatesNothingAFrame(String transport) throws Exception {
        AllocationMeter meter = new AllocationMeter(120, 40, 4); // after the first sender report
        Source[] source = new Source[1];
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "h264:/cam1", "--fps", "30")) {
            source[0] = Sources.open(SourceSpec.parse(camera.uri("/cam1"), transport(transport)), Clock.system());
            QuietIntake intake = new QuietIntake(number -> {
                meter.frame(number);
                if (number == meter.last()) {
                    source[0].stop();
                }
            });
            assertThat(source[0].run(intake)).isEqualTo(Ending.stopped());
            source[0].close();
        }
        assertThat(meter.fewestBytes()).as("%s", meter).isZero();
    }

    @Test
    void probesACamera() throws Exception {
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "h264:/cam1")) {
            int[] firsts = new int[1];
            ProbeReport report = Sources.probe(
                    SourceSpec.parse(camera.uri("/cam1"), transport(null)),
                    Clock.system(),
                    10_000,
                    picture -> firsts[0]++);
            assertThat(report.ok()).isTrue();
            assertThat(report.ending()).isNull();
            assertThat(report.video().codec()).isEqualTo("h264");
            assertThat(report.last().width()).isEqualTo(640);
            assertThat(report.last().pixelFormat()).startsWith("yuv");
            assertThat(report.last().clock()).isEqualTo(CaptureClock.RTCP_SR);
            assertThat(report.fps().orElseThrow()).isBetween(10.0, 20.0);
            assertThat(firsts[0]).isEqualTo(1);
        }
    }

    private static void assertGrowing(RecordingIntake intake) {
        List<Long> pts = intake.pts();
        for (int i = 1; i < pts.size(); i++) {
            assertThat(pts.get(i)).isGreaterThan(pts.get(i - 1));
        }
    }

    private static SourceSettings transport(String transport) {
        return new SourceSettings(
                transport,
                SourceSettings.Login.NONE,
                SourceSettings.Tls.NONE,
                SourceSettings.Format.NONE,
                new SourceSettings.Limits(null, null, null, ANY_LAG),
                Map.of());
    }

    private static SourceSettings login(String user, String password) {
        return new SourceSettings(
                null,
                new SourceSettings.Login(user, password),
                SourceSettings.Tls.NONE,
                SourceSettings.Format.NONE,
                new SourceSettings.Limits(null, null, null, ANY_LAG),
                Map.of());
    }

    private static SourceSettings tls(Boolean verify, String caFile) {
        return new SourceSettings(
                null,
                new SourceSettings.Login("u", "secret"),
                new SourceSettings.Tls(verify, caFile),
                SourceSettings.Format.NONE,
                new SourceSettings.Limits(null, null, null, ANY_LAG),
                Map.of());
    }

    private static SourceSettings timeouts(long openMs, long stallMs) {
        return SourceSettings.NONE.with(new SourceSettings.Limits(openMs, stallMs, null, ANY_LAG));
    }

    /** Takes so many pictures, then stops. */
    private static RecordingIntake take(int pictures, SourceSpec spec) throws Exception {
        RecordingIntake intake = new RecordingIntake();
        try (RunningSource running = new RunningSource(spec, intake)) {
            running.await(() -> intake.frames() >= pictures);
        }
        return intake;
    }

    private static Ending runToItsEnd(SourceSpec spec) throws Exception {
        try (RunningSource running = new RunningSource(spec, new RecordingIntake())) {
            return running.ending();
        }
    }
}
