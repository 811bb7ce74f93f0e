package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.sources.spec.SourceSettings;
import io.ringsight.sources.spec.SourceSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The capture time of a real camera's frames against the wall clock that its pictures show. */
@Tag("rtsp")
@Timeout(300)
class CameraClockTest {
    private static final int BITS = 64;
    private static final int SQUARE = 16;
    private static final int FRAMES = 60;

    @TempDir
    Path folder;

    /** A frame's capture time less what its picture shows, and the uncertainty stated, both in microseconds. */
    private record Error(long us, long uncertaintyUs) {
        boolean isWithin() {
            return Math.abs(us) <= uncertaintyUs;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "udp"})
    void captureTimeIsWrongByItsUncertaintyAtMost(String transport) throws Exception {
        RtspCamera.need();
        List<Error> errors = new ArrayList<>();
        RecordingIntake intake = new RecordingIntake(2, (picture, number) -> {
            if (picture.captureClock() == CaptureClock.RTCP_SR) {
                long shownUs = shownNs(picture) / 1_000;
                errors.add(new Error(picture.captureUtcNs() / 1_000 - shownUs, picture.uncertaintyUs()));
            }
        });
        try (RtspCamera camera = new RtspCamera(folder, "--cam", "clock:/cam1");
                RunningSource running =
                        new RunningSource(SourceSpec.parse(camera.uri("/cam1"), transport(transport)), intake)) {
            running.await(() -> errors.size() >= FRAMES);
        }
        assertThat(errors).allMatch(Error::isWithin);
    }

    private static SourceSettings transport(String transport) {
        return new SourceSettings(
                transport,
                SourceSettings.Login.NONE,
                SourceSettings.Tls.NONE,
                SourceSettings.Format.NONE,
                SourceSettings.Limits.NONE,
                Map.of());
    }

    private static long shownNs(Picture picture) {
        long ns = 0;
        long row = picture.planeAddress(0) + (long) SQUARE / 2 * picture.planeStride(0);
        BytePointer pixels = new BytePointer() {
            {
                address = row;
                capacity(BITS * SQUARE);
            }
        };
        for (int bit = 0; bit < BITS; bit++) {
            if ((pixels.get((long) bit * SQUARE + SQUARE / 2) & 0xff) >= 128) {
                ns |= 1L << bit;
            }
        }
        return ns;
    }
}
