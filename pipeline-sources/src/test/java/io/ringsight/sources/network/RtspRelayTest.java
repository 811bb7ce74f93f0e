package io.ringsight.sources.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.GapReason;
import io.ringsight.sources.Clips;
import io.ringsight.sources.LogCapture;
import io.ringsight.sources.RecordingIntake;
import io.ringsight.sources.RunningSource;
import io.ringsight.sources.TinyRtspServer;
import io.ringsight.sources.spec.SourceSettings;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Cameras whose login FFmpeg does not know. */
@Timeout(300)
class RtspRelayTest {
    @TempDir
    Path folder;

    @Test
    void logsInBySha256WithNoncesThatWearOut() throws Exception {
        Path video = Clips.encode(folder.resolve("video.h264"), 25, "320x240", "-c:v", "libopenh264", "-g", "12");
        try (TinyRtspServer camera = new TinyRtspServer(Files.readAllBytes(video));
                LogCapture log = new LogCapture()) {
            RecordingIntake intake = new RecordingIntake();
            SourceSpec spec = SourceSpec.parse(camera.uri("/sha256/stays"), login("s3cret"));
            try (RunningSource running = new RunningSource(spec, intake)) {
                running.await(() -> intake.frames() >= 50);
            }
            try (RunningSource wrong = new RunningSource(
                    SourceSpec.parse(camera.uri("/sha256/stays"), login("wr0ng")), new RecordingIntake())) {
                Ending ending = wrong.ending();
                assertThat(ending.reason()).as(ending.toString()).isEqualTo(GapReason.AUTH_FAILED);
            }
            assertThat(log.text()).doesNotContain("s3cret", "wr0ng");
        }
    }

    private static SourceSettings login(String password) {
        return SourceSettings.NONE.with(new SourceSettings.Login("me", password));
    }
}
