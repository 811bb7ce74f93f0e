package io.ringsight.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.detect.Decoders;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.RecordedResults.Recorded;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.ManualClock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class MisreadModelTest {
    private static final int LABELS = 200;

    private final RecordedResults results = new RecordedResults();

    /** A backend that knows 256 classes. */
    private static ModelSpec withTooFewLabels() {
        ModelSpec all = FakeBackend.SPEC;
        return new ModelSpec(
                all.name(),
                all.version(),
                all.weights(),
                all.input(),
                all.output(),
                all.labels().subList(0, LABELS),
                all.threshold(),
                List.of());
    }

    private static Picture picture(NativePictures pictures, int shade) {
        Picture picture = pictures.grey(32, 16, shade);
        picture.captured(Picture.UNKNOWN, 0, CaptureClock.ARRIVAL, 0);
        return picture;
    }

    @Test
    void noFrameIsPublishedFromTheFirstSignOn() throws InterruptedException {
        try (NativePictures pictures = new NativePictures();
                Pipeline pipeline = new Pipeline(
                        16,
                        FakeBackend.computing(new FakeBackend(2, 2), Decoders.of(withTooFewLabels())),
                        List.of(results),
                        new ManualClock(0))) {
            FrameIntake file =
                    pipeline.connect(new IntakeSpec(new SourceId("file"), true, pipeline.creditsForRecording(), 0, 0));
            file.offer(picture(pictures, 60));
            assertThat(results.await(1)).extracting(Recorded::classId).containsExactly(60);
            assertThat(pipeline.misread()).isEmpty();
            for (int shade : new int[] {210, 60, 70, 210}) {
                file.offer(picture(pictures, shade));
            }
            file.gap(GapReason.ENDED, "");
            assertThat(results.await(2).get(1).losses()).isEqualTo(Map.of(GapReason.INFERENCE_FAILED, 4));
            assertThat(file.metrics().value(Counter.FRAMES_INFERENCE_FAILED)).isEqualTo(4);
            assertThat(pipeline.misread())
                    .hasValueSatisfying(
                            reason -> assertThat(reason).contains("class 210, but there are " + LABELS + " labels"));
        }
    }
}
