package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.memory.NativeMemory;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.Deinterlace;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Source;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Videos whose frames are made of two fields of different moments. */
@Timeout(300)
class InterlacedTest {
    private static final int FRAMES = 12;
    /** Of a test picture at twice the rate: top field of one picture, bottom field of the next. */
    private static final String FIELDS =
            "separatefields,select='not(mod(n\\,4))+not(mod(n-3\\,4))',weave=first_field=top";
    /** The pictures that the top fields are of. */
    private static final String WHOLE = "select='not(mod(n\\,2))'";

    @TempDir
    Path folder;

    @Test
    void combsAreGoneAndWhatWasSeenIsSeenAtTheSameTimes() throws InterruptedException {
        Looks whole = look(encode("whole.ts", WHOLE, FRAMES, "320x240"), Deinterlace.AUTO);
        Path interlaced = encode("fields.ts", FIELDS, FRAMES, "320x240", "-flags", "+ildct+ilme");
        Looks combed = look(interlaced, Deinterlace.OFF);
        Looks mended = look(interlaced, Deinterlace.AUTO);
        assertThat(Clips.count(interlaced)).isEqualTo(FRAMES);
        assertThat(combed.intake().frames()).isEqualTo(FRAMES);
        assertThat(mended.intake().pts()).isEqualTo(combed.intake().pts());
        assertThat(mended.intake().lossTimes).isEmpty();
        // The deinterlacer's own error is of edges that move; that of combs is of all that moves.
        for (int frame = 0; frame < FRAMES; frame++) {
            assertThat(mended.differenceTo(whole, frame))
                    .as("frame %d", frame)
                    .isLessThan(0.5 * combed.differenceTo(whole, frame));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void noFrameIsHeldBackAtTheEnd(int frames) throws InterruptedException {
        Path interlaced = encode("short.ts", FIELDS, frames, "64x48", "-flags", "+ildct+ilme");
        assertThat(look(interlaced, Deinterlace.AUTO).intake().frames()).isEqualTo(frames);
        assertThat(look(interlaced, Deinterlace.ON).intake().frames()).isEqualTo(frames);
    }

    @Test
    void progressiveVideosStayAsTheyAreUnlessToldOtherwise() throws InterruptedException {
        Path file = encode("whole.ts", WHOLE, FRAMES, "64x48");
        Looks off = look(file, Deinterlace.OFF);
        assertThat(look(file, Deinterlace.AUTO).fingerprints()).isEqualTo(off.fingerprints());
        Looks on = look(file, Deinterlace.ON);
        assertThat(on.intake().pts()).isEqualTo(off.intake().pts());
        assertThat(on.fingerprints()).isNotEqualTo(off.fingerprints());
    }

    @Test
    void aVideoThatChangesItsSizeLosesNoFrame() throws Exception {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (String size : List.of("64x48", "96x64", "64x48")) {
            joined.write(Files.readAllBytes(
                    encode("part.ts", FIELDS, FRAMES, size, "-flags", "+ildct+ilme", "-f", "mpeg2video")));
        }
        Path file = Files.write(folder.resolve("sizes.m2v"), joined.toByteArray());
        RecordingIntake combed = look(file, Deinterlace.OFF).intake();
        RecordingIntake mended = look(file, Deinterlace.AUTO).intake();
        assertThat(mended.frames()).isEqualTo(Clips.count(file));
        assertThat(mended.seen).isEqualTo(combed.seen);
        assertThat(mended.seen).extracting(RecordingIntake.Seen::width).contains(64, 96);
    }

    @Test
    void allocatesNothingAFrame() throws InterruptedException {
        Path file = encode("long.mp4", FIELDS, 1500, "64x48", "-flags", "+ildct+ilme", "-c:v", "mpeg4");
        AllocationMeter meter = new AllocationMeter(500, 200, 4);
        play(file, Deinterlace.AUTO, new QuietIntake(meter::frame));
        assertThat(meter.fewestBytes()).as("%s", meter).isZero();
    }

    private Path encode(String name, String filter, int frames, String size, String... more) {
        Path file = folder.resolve(name);
        List<String> command = new ArrayList<>(List.of(
                Loader.load(org.bytedeco.ffmpeg.ffmpeg.class),
                "-v",
                "error",
                "-y",
                "-f",
                "lavfi",
                "-i",
                "testsrc=size=" + size + ":rate=50,scroll=horizontal=0.02"));
        command.addAll(List.of("-vf", filter, "-r", "25", "-c:v", "mpeg2video", "-q:v", "2"));
        command.addAll(List.of("-frames:v", Integer.toString(frames)));
        command.addAll(List.of(more));
        command.add(file.toString());
        Clips.run(command);
        return file;
    }

    private Looks look(Path file, Deinterlace deinterlace) throws InterruptedException {
        List<byte[]> pixels = new ArrayList<>();
        RecordingIntake intake = new RecordingIntake(1, (picture, number) -> pixels.add(luma(picture)));
        play(file, deinterlace, intake);
        return new Looks(intake, pixels);
    }

    private static void play(Path file, Deinterlace deinterlace, FrameIntake intake) throws InterruptedException {
        SourceSpec spec = SourceSpec.recording(file);
        try (Source source = Sources.open(spec, Clock.system(), 4, Decoding.onCpu(deinterlace, 0))) {
            assertThat(source.run(intake).reason()).isEqualTo(GapReason.ENDED);
            if (intake instanceof RecordingIntake recording) {
                recording.releaseAll();
            }
        }
    }

    private static byte[] luma(Picture picture) {
        byte[] all = new byte[picture.width() * picture.height()];
        try (NativeMemory memory = new NativeMemory()) {
            for (int i = 0; i < all.length; i++) {
                long row = picture.planeAddress(0) + (long) i / picture.width() * picture.planeStride(0);
                all[i] = memory.byteAt(row + i % picture.width());
            }
        }
        return all;
    }

    /** What came, and the brightness of each frame's pixels. */
    private record Looks(RecordingIntake intake, List<byte[]> pixels) {
        List<Integer> fingerprints() {
            return pixels.stream().map(Arrays::hashCode).toList();
        }

        double differenceTo(Looks other, int frame) {
            byte[] mine = pixels.get(frame);
            byte[] theirs = other.pixels.get(frame);
            long sum = 0;
            for (int i = 0; i < mine.length; i++) {
                sum += Math.abs((mine[i] & 0xff) - (theirs[i] & 0xff));
            }
            return (double) sum / mine.length;
        }
    }
}
