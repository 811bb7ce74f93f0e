package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.SourceSettings;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.SourceSupervisor;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real cameras over TCP lines that get too slow, or carry nothing while the connection stays. */
@Tag("rtsp")
@Tag("fault")
@Timeout(300)
class SlowLineTest {
    private static final long MAX_LAG_MS = 1_500;
    private static final long STALL_MS = 2_000;
    /** A busy machine's camera may say nothing for a while: that is no stall where none is meant. */
    private static final long LONG_STALL_MS = 20_000;

    @TempDir
    Path folder;

    @BeforeAll
    static void needCameras() {
        RtspCamera.need();
    }

    @Test
    void dropsToLiveWhereTheLineIsSlowerThanTheStream() throws Exception {
        AtomicLong oldestMs = new AtomicLong();
        AtomicLong aged = new AtomicLong();
        RecordingIntake intake = new RecordingIntake(2, (picture, number) -> {
            if (picture.captureClock() == CaptureClock.RTCP_SR) {
                long ageMs = (Clock.system().epochNanos() - picture.captureUtcNs()) / 1_000_000;
                oldestMs.accumulateAndGet(ageMs, Math::max);
                aged.incrementAndGet();
            }
        });
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "h264:/cam1", "--fps", "25", "--bitrate", "1600");
                SlowLine line = new SlowLine(camera.uri("/cam1"));
                SourceSupervisor supervisor = supervisor(line.uri(camera.uri("/cam1")), LONG_STALL_MS, intake)) {
            supervisor.start();
            Await.until(() -> aged.get() >= 25);
            int before = intake.frames();
            long carried = line.carried();
            Await.until(() -> intake.frames() >= before + 50);
            long bytesPerS = (line.carried() - carried) / 2;
            System.out.printf("the stream has %d bytes/s%n", bytesPerS);
            line.carries(bytesPerS * 2 / 5);
            Await.until(() -> intake.gaps.size() >= 3);
            assertThat(intake.lost(GapReason.LATE)).isPositive();
            assertThat(intake.frames()).isGreaterThan(before);
            assertThat(intake.gaps.get(0)).isEqualTo("connecting: ");
            assertThat(intake.gaps.subList(1, intake.gaps.size())).allMatch(gap -> gap.startsWith("lagging: "));

            line.carries(Long.MAX_VALUE);
            int slow = intake.gaps.size();
            int frames = intake.frames();
            Await.until(() -> intake.frames() >= frames + 100);
            assertThat(intake.metrics().state()).isEqualTo("live");
            System.out.printf(
                    "slow line: %d handed on, the oldest %d ms old, %d late, gaps %s%n",
                    intake.frames(), oldestMs.get(), intake.lost(GapReason.LATE), intake.gaps.subList(0, slow));
            supervisor.stop();
            assertThat(supervisor.awaitStopped(60_000)).isTrue();
            intake.releaseAll();
        }
        // late ones are dropped; what is handed on late beyond that waited for a busy machine
        assertThat(oldestMs.get()).isLessThan(MAX_LAG_MS + 10_000);
    }

    @Test
    void seesAConnectionThatIsHalfOpen() throws Exception {
        RecordingIntake intake = new RecordingIntake();
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "h264:/cam1");
                SlowLine line = new SlowLine(camera.uri("/cam1"));
                SourceSupervisor supervisor = supervisor(line.uri(camera.uri("/cam1")), STALL_MS, intake)) {
            supervisor.start();
            Await.until(() -> intake.frames() >= 20);
            line.carries(0);
            long cutNs = System.nanoTime();
            Await.until(() -> intake.metrics().state().equals("stalled"));
            long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - cutNs);
            System.out.printf("half-open: stalled after %d ms%n", tookMs);
            assertThat(tookMs).isGreaterThan(STALL_MS / 2);
            line.carries(Long.MAX_VALUE);
            int frames = intake.frames();
            Await.until(() -> intake.frames() >= frames + 20);
            supervisor.stop();
            assertThat(supervisor.awaitStopped(60_000)).isTrue();
            intake.releaseAll();
        }
    }

    private static SourceSupervisor supervisor(String uri, long stallMs, RecordingIntake intake) {
        SourceSettings settings = new SourceSettings(
                "tcp",
                SourceSettings.Login.NONE,
                SourceSettings.Tls.NONE,
                SourceSettings.Format.NONE,
                new SourceSettings.Limits(null, stallMs, null, MAX_LAG_MS),
                Map.of());
        return new SourceSupervisor(
                Sources.open(SourceSpec.parse(uri, settings), Clock.system()), intake, Clock.system());
    }
}
