package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.Counter;
import io.ringsight.sources.spec.SourceSettings;
import io.ringsight.sources.spec.SourceSpec;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A camera over a line that loses packets: what is handed on must be, to the pixel, what another client gets of the same
 * camera over a line that loses none.
 */
@Tag("rtsp")
@Tag("fault")
@Timeout(300)
class DamagedStreamTest {
    private static final int FIRST_PORT = 23_100;
    private static final int LAST_PORT = 23_199;

    @TempDir
    Path folder;

    @BeforeAll
    static void needParts() {
        RtspCamera.need();
        LossyLine.need();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"h264, 0.02", "h265, 0.02", "mjpeg, 0.02"})
    void handsOnUndamagedPicturesOnlyAndCountsTheRest(String codec, double lossShare) throws Exception {
        Set<Long> right = ConcurrentHashMap.newKeySet();
        Set<Long> handedOn = ConcurrentHashMap.newKeySet();
        RecordingIntake clean = new RecordingIntake(2, (picture, number) -> right.add(checksum(picture)));
        RecordingIntake lossy = new RecordingIntake(2, (picture, number) -> handedOn.add(checksum(picture)));
        try (RtspCamera camera = new RtspCamera(folder, "--cam", codec + ":/cam1", "--fps", "30", "--bitrate", "3000");
                RunningSource witness = new RunningSource(spec(camera, "tcp", Map.of()), clean)) {
            witness.await(() -> clean.frames() >= 5);
            try (LossyLine line = new LossyLine(FIRST_PORT, LAST_PORT, lossShare);
                    RunningSource victim = new RunningSource(spec(camera, "udp", line.options()), lossy)) {
                victim.await(() -> lossy.frames() + lossy.lost(GapReason.CORRUPT) >= 300
                        && lossy.lost(GapReason.CORRUPT) >= 20
                        && lossy.frames() >= 20);
            }
            // What the victim saw last is still on its way to the witness.
            int seen = clean.frames();
            witness.await(() -> clean.frames() >= seen + 10);
        }
        System.out.printf(
                "%s, %.0f %% loss: %d handed on, %d corrupt, %d packets missed%n",
                codec,
                lossShare * 100,
                lossy.frames(),
                lossy.lost(GapReason.CORRUPT),
                lossy.metrics().value(Counter.PACKETS_MISSED));
        assertThat(lossy.metrics().value(Counter.PACKETS_MISSED)).isPositive();
        assertThat(handedOn).as("pictures another client saw too").isSubsetOf(right);

        assertThat(clean.metrics().value(Counter.PACKETS_MISSED))
                .as("the other source's line is well")
                .isZero();
        assertThat(clean.lossTimes)
                .as("of %d frames of the other source", clean.frames())
                .isEmpty();
    }

    private static SourceSpec spec(RtspCamera camera, String transport, Map<String, String> options) {
        return SourceSpec.parse(
                camera.uri("/cam1"),
                new SourceSettings(
                        transport,
                        SourceSettings.Login.NONE,
                        SourceSettings.Tls.NONE,
                        SourceSettings.Format.NONE,
                        new SourceSettings.Limits(null, null, null, 0L),
                        options));
    }

    /** Of the luma plane. */
    private static long checksum(Picture picture) {
        CRC32 sum = new CRC32();
        byte[] row = new byte[picture.width()];
        try (At plane = new At(picture.planeAddress(0))) {
            for (int y = 0; y < picture.height(); y++) {
                plane.position((long) y * picture.planeStride(0)).get(row);
                sum.update(row);
            }
        }
        return sum.getValue();
    }

    /** A window on native memory. */
    private static final class At extends BytePointer {
        At(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }
}
