package io.ringsight.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.pipeline.RecordedResults.Recorded;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.ManualClock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sources of one pipeline, each of which wants objects of other classes. */
@Timeout(300)
class ClassesOfASourceTest {
    private final RecordedResults results = new RecordedResults();

    /** Finds one object of class 5 and one of class 6. */
    private static final DetectionDecoder BOTH = (output, row, threshold, into) -> {
        into.clear();
        into.add(1, 6, 2, 2, 0.9f, 5);
        into.add(1, 6, 2, 2, 0.8f, 6);
    };

    @Test
    void eachPublishesItsOwnAndCountsTheOthers() throws InterruptedException {
        try (NativePictures pictures = new NativePictures();
                Pipeline pipeline = new Pipeline(
                        16, FakeBackend.computing(new FakeBackend(1, 1), BOTH), List.of(results), new ManualClock(0))) {
            FrameIntake some = pipeline.connect(new IntakeSpec(
                    new SourceId("some"), true, 4, 0, 0, labels -> WantedClasses.of(List.of(6)), AnalysisSpec.NONE));
            FrameIntake all = pipeline.connect(new IntakeSpec(new SourceId("all"), true, 4, 0, 0));
            some.offer(picture(pictures));
            assertThat(results.await(1)).extracting(Recorded::classId).containsExactly(6);
            all.offer(picture(pictures));
            assertThat(results.await(2).get(1).classId()).isEqualTo(5);
            assertThat(some.metrics().value(Counter.DETECTIONS_UNWANTED)).isEqualTo(1);
            assertThat(all.metrics().value(Counter.DETECTIONS_UNWANTED)).isZero();
        }
    }

    private static Picture picture(NativePictures pictures) {
        Picture picture = pictures.grey(32, 16, 1);
        picture.captured(Picture.UNKNOWN, 0, CaptureClock.ARRIVAL, 0);
        return picture;
    }
}
