package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.RecentVideo;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.libav.NativeObject;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clips cut from packets, decoded again: picture by picture what the source itself showed. */
@Timeout(300)
class RecentVideoTest {
    private static final int FRAMES = 200;
    private static final int MOMENT = 100;
    private static final RecentVideo.Limits LIMITS = new RecentVideo.Limits(1_000, 800, 20_000_000);

    @TempDir
    private Path folder;

    /** What was seen of a source, and the clip that was begun on its way. */
    private final List<Long> seen = new ArrayList<>();

    private volatile Optional<RecentVideo.Clip> clip = Optional.empty();

    /** A picture's first plane, so short that two pictures hardly have the same. */
    private static long print(Picture picture) {
        CRC32 sum = new CRC32();
        byte[] row = new byte[picture.width()];
        for (int y = 0; y < picture.height(); y++) {
            try (BytePointer bytes = new At(picture.planeAddress(0) + (long) y * picture.planeStride(0))) {
                bytes.get(row);
            }
            sum.update(row);
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

    private static Source open(SourceSpec spec, RecentVideo.Limits limits) {
        return Sources.open(spec, Clock.system(), 8, Decoding.ON_CPU, Optional.of(limits));
    }

    private static List<Long> prints(Path video) throws Exception {
        List<Long> prints = new ArrayList<>();
        RecordingIntake intake = new RecordingIntake(0, (picture, number) -> prints.add(print(picture)));
        try (Source source = Sources.open(SourceSpec.recording(video), Clock.system())) {
            source.run(intake);
        }
        return prints;
    }

    /** Plays a file to its end; a clip is begun at the frame of that number. */
    private Ending play(Source source, int moment) throws Exception {
        return source.run(new RecordingIntake(0, (picture, number) -> {
            seen.add(print(picture));
            if (number == moment) {
                clip = source.recentVideo().orElseThrow().begin(picture.ptsNs());
            }
        }));
    }

    @ParameterizedTest
    @CsvSource({
        "a.mp4, -c:v libopenh264 -g 25, 25",
        "a.ts, -c:v libopenh264 -g 25, 25",
        "a.mkv, -c:v mpeg4 -bf 2 -g 12 -flags +cgop -sc_threshold 1000000000, 12",
        "a.avi, -c:v mjpeg -pix_fmt yuvj420p, 1"
    })
    void aClipShowsTheMomentAndWhatWasAroundIt(String name, String encoder, int keyEach) throws Exception {
        long before = NativeObject.PACKET.alive();
        Path video = Clips.encode(folder.resolve(name), FRAMES, "320x240", encoder.split(" "));
        Path file = folder.resolve("clip.mp4");
        try (Source source = open(SourceSpec.recording(video), LIMITS)) {
            play(source, MOMENT);
        }
        assertThat(clip.orElseThrow().isComplete()).isTrue();
        clip.get().write(file);
        clip.get().close();

        List<Long> shown = prints(file);
        int from = Collections.indexOfSubList(seen, shown) + 1;
        assertThat(from).as("%s", shown.size()).isBetween(MOMENT - 25 - keyEach, MOMENT - 25);
        assertThat(from + shown.size() - 1).isBetween(MOMENT + 20, MOMENT + 22);
        assertThat(NativeObject.PACKET.alive()).isEqualTo(before);
    }

    @Test
    void whatNoMp4HoldsGivesNoClip() throws Exception {
        Path video = Clips.encode(folder.resolve("a.avi"), 30, "320x240", "-c:v", "huffyuv");
        try (Source source = open(SourceSpec.recording(video), LIMITS)) {
            play(source, 20);
        }
        assertThat(seen).hasSize(30);
        assertThat(clip).isEmpty();
    }

    @Test
    void aFrameOfAnotherTimeHasNoClip() throws Exception {
        Path video = Clips.encode(folder.resolve("a.mp4"), 30, "320x240", "-c:v", "libopenh264");
        try (Source source = open(SourceSpec.recording(video), LIMITS)) {
            assertThat(source.recentVideo().orElseThrow().begin(0)).isEmpty();
            play(source, 30);
            assertThat(source.recentVideo().get().begin(-1)).isEmpty();
            assertThat(source.recentVideo().get().begin(3_600_000_000_000L)).isEmpty();
            assertThat(source.recentVideo().get().begin(Picture.UNKNOWN)).isEmpty();
        }
        clip.orElseThrow().close();
        clip.get().close();
        assertThatThrownBy(() -> clip.get().write(folder.resolve("clip.mp4")))
                .isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {60_000, 2_000})
    void bytesBoundWhatIsHeldAndAClipBeginsLaterThen(long maxBytes) throws Exception {
        Path video = Clips.encode(
                folder.resolve("a.mp4"), FRAMES, "320x240", "-c:v", "libopenh264", "-g", "5", "-b:v", "400k");
        try (Source source = open(SourceSpec.recording(video), new RecentVideo.Limits(4_000, 0, maxBytes))) {
            play(source, MOMENT);
        }
        if (maxBytes == 2_000) {
            assertThat(clip).isEmpty();
            return;
        }
        assertThat(clip.orElseThrow().bytes()).isLessThanOrEqualTo(maxBytes);
        clip.get().write(folder.resolve("clip.mp4"));
        clip.get().close();
        assertThat(prints(folder.resolve("clip.mp4")))
                .contains(seen.get(MOMENT - 1))
                .hasSizeLessThan(99);
    }

    @Test
    void whatGivesNoVideoKeepsNone() {
        SourceSpec drawn = SourceSpec.parse("synthetic:boxes?frames=3");
        try (Source source = open(drawn, LIMITS)) {
            assertThat(source.recentVideo()).isEmpty();
        }
        assertThat(Sources.hasVideo(drawn)).isFalse();
        try (Source camera = open(SourceSpec.parse("v4l2:/dev/video99"), LIMITS)) {
            assertThat(camera.recentVideo()).isEmpty();
        }
    }

    @ParameterizedTest
    @Tag("rtsp")
    @ValueSource(strings = {"h264", "h265"})
    void aCamerasClipShowsWhatWasSeenLive(String codec) throws Exception {
        RtspCamera.need();
        Path file = folder.resolve("clip.mp4");
        try (RtspCamera camera = new RtspCamera(folder, "--cam", codec + ":/cam1");
                Source source = open(SourceSpec.parse(camera.uri("/cam1")), LIMITS)) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            Ending ending;
                            do {
                                seen.clear();
                                ending = play(source, 60);
                                // a busy machine may open it too slowly
                            } while (clip.isEmpty() && ending.reason() != GapReason.STOPPED);
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    "camera");
            thread.start();
            Await.until(() -> clip.filter(RecentVideo.Clip::isComplete).isPresent());
            source.stop();
            thread.join();
        }
        clip.orElseThrow().write(file);
        clip.get().close();
        assertThat(Collections.indexOfSubList(seen, prints(file))).isNotNegative();
        assertThat(prints(file)).contains(seen.get(59));
    }
}
