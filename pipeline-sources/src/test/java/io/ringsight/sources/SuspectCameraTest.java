package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.SourceSettings;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.SourceSupervisor;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real camera whose sensor hangs: its encoder goes on with the same picture for ever, its clock goes on too. */
@Tag("rtsp")
@Tag("fault")
@Timeout(300)
class SuspectCameraTest {
    private static final long FREEZES_AFTER_S = 3;
    private static final long FROZEN_MS = 3_000;

    @TempDir
    Path folder;

    @BeforeAll
    static void needCameras() {
        RtspCamera.need();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h264", "h265"})
    void aCameraThatRepeatsOnePictureIsNotLive(String codec) throws Exception {
        Path video = Clips.encode(folder.resolve("video.mp4"), 150, "640x360", "-c:v", "mpeg4", "-q:v", "3");
        SourceSettings settings = SourceSettings.NONE.with(new SourceSettings.Limits(null, null, FROZEN_MS, null));
        RecordingIntake intake = new RecordingIntake();
        try (RtspCamera camera = new RtspCamera(
                        folder, "--cam", codec + ",file=" + video + ":/cam1", "--freeze", "" + FREEZES_AFTER_S);
                SourceSupervisor supervisor = new SourceSupervisor(
                        Sources.open(SourceSpec.parse(camera.uri("/cam1"), settings), Clock.system()),
                        intake,
                        Clock.system())) {
            supervisor.start();
            Await.until(() -> intake.metrics().state().equals("frozen"));
            int seen = intake.frames();
            Await.until(() -> intake.frames() >= seen + 50);
            assertThat(intake.metrics().state()).isEqualTo("frozen");
            supervisor.stop();
            assertThat(supervisor.awaitStopped(60_000)).isTrue();
            intake.releaseAll();
        }
        assertThat(intake.suspicions).singleElement().asString().startsWith("frozen at ");
        int frames = Integer.parseInt(intake.suspicions.get(0).substring("frozen at ".length()));
        // by the camera's own time, which a busy machine does not stretch
        long firstNs = intake.pts().stream()
                .filter(ptsNs -> ptsNs != Picture.UNKNOWN)
                .findFirst()
                .orElseThrow();
        long afterMs = (intake.pts().get(frames - 1) - firstNs) / 1_000_000 - FREEZES_AFTER_S * 1_000;
        System.out.printf("%s: frozen seen %d ms after the picture froze%n", codec, afterMs);
        assertThat(afterMs).isGreaterThan(FROZEN_MS / 2);
        assertThat(intake.metrics().value(Counter.CONNECTS)).isEqualTo(1);
    }
}
