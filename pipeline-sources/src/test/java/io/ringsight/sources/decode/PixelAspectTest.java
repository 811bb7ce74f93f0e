package io.ringsight.sources.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.model.ModelInput;
import io.ringsight.core.model.ModelInput.ChannelOrder;
import io.ringsight.core.model.ModelInput.Placement;
import io.ringsight.core.model.ModelInput.TensorType;
import io.ringsight.core.preprocess.HostLetterbox;
import io.ringsight.core.preprocess.Letterbox;
import io.ringsight.core.preprocess.TensorRow;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.Clips;
import io.ringsight.sources.RecordingIntake;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.supervise.Ending;
import io.ringsight.sources.supervise.Source;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams whose pixels are not square are shown to the model as they are shown to people. */
@Timeout(300)
class PixelAspectTest {
    private static final ModelInput INPUT = new ModelInput(
            "images",
            160,
            160,
            TensorType.FLOAT32,
            ChannelOrder.RGB,
            1,
            new ModelInput.Padding(Placement.CENTER, 114),
            1);

    @TempDir
    Path folder;

    /** The first picture as the model sees it, and how it lies there. */
    private record Shown(double aspect, Letterbox box, float[] tensor) {}

    @ParameterizedTest(name = "{0}")
    @CsvSource({"container.mp4", "container.mkv", "frames.m4v", "frames.m2v"})
    void theModelSeesTheSameAsWithSquarePixels(String name) throws InterruptedException {
        Shown square = first(encode("square-" + name, "160x90", "1/1"));
        Shown squeezed = first(encode(name, "120x90", "4/3"));
        assertThat(squeezed.aspect()).isEqualTo(4 / 3.0, within(1e-3));
        assertThat(difference(square, squeezed)).as("grey levels").isLessThan(6);

        Detections one = new Detections(1);
        one.add(40, 60, 32, 24, 1, 0);
        Detections other = new Detections(1);
        other.add(40, 60, 32, 24, 1, 0);
        square.box().toSource(one);
        squeezed.box().toSource(other);
        assertThat(other.left(0)).isEqualTo(one.left(0) * 3 / 4, within(0.01f));
        assertThat(other.width(0)).isEqualTo(one.width(0) * 3 / 4, within(0.01f));
        assertThat(other.top(0)).isEqualTo(one.top(0), within(0.01f));
        assertThat(other.height(0)).isEqualTo(one.height(0), within(0.01f));
    }

    @Test
    void aPictureTurnedUprightHasTallPixels() throws InterruptedException {
        Path turned = Clips.rotated(encode("a.mp4", "120x90", "4/3"), folder.resolve("b.mp4"), "90");
        Shown shown = first(turned);
        assertThat(shown.aspect()).isEqualTo(3 / 4.0, within(1e-3));
        assertThat(new int[] {shown.box().width(), shown.box().height()}).containsExactly(90, 160);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({"a.mkv, 20/1", "b.mkv, 1/20", "c.mkv, 0/1", "a.jpg, 2/1", "a.mjpeg, 2/1"})
    void whatCannotBeOrIsOfPrintCountsAsSquare(String name, String aspect) throws InterruptedException {
        assertThat(first(encode(name, "120x90", aspect)).aspect()).isEqualTo(1);
    }

    private Path encode(String name, String size, String aspect) {
        String scaled = "scale=" + size.replace('x', ':') + ",setsar=" + aspect;
        String codec =
                name.endsWith("m2v") ? "mpeg2video" : name.contains(".mj") || name.endsWith("jpg") ? "mjpeg" : "mpeg4";
        return Clips.encode(
                folder.resolve(name),
                name.endsWith("jpg") ? 1 : 2,
                "640x360",
                "-vf",
                scaled,
                "-c:v",
                codec,
                "-q:v",
                "2",
                "-pix_fmt",
                codec.equals("mjpeg") ? "yuvj420p" : "yuv420p");
    }

    private static Shown first(Path file) throws InterruptedException {
        Shown[] first = new Shown[1];
        RecordingIntake intake = new RecordingIntake(1, (picture, number) -> {
            if (first[0] == null) {
                ByteBuffer memory = TensorRow.allocate(TensorRow.bytes(INPUT));
                try (HostLetterbox letterbox = new HostLetterbox(INPUT)) {
                    Letterbox box = letterbox.load(picture, new TensorRow(memory));
                    float[] tensor = new float[3 * INPUT.width() * INPUT.height()];
                    memory.asFloatBuffer().get(tensor);
                    first[0] = new Shown(picture.pixelAspect(), box, tensor);
                }
            }
        });
        try (Source source = Sources.open(SourceSpec.recording(file), Clock.system())) {
            assertThat(source.run(intake)).isEqualTo(Ending.ended(""));
            intake.releaseAll();
        }
        return first[0];
    }

    private static double difference(Shown one, Shown other) {
        double sum = 0;
        for (int i = 0; i < one.tensor().length; i++) {
            sum += Math.abs(one.tensor()[i] - other.tensor()[i]);
        }
        return sum / one.tensor().length;
    }
}
