package io.ringsight.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A frame counts as published when its message was handed over, and not before. */
@Timeout(300)
class UnpublishedFramesTest {
    private final NativePictures pictures = new NativePictures();
    private final RecordedResults results = new RecordedResults();
    private Pipeline pipeline;

    private FrameIntake start(ResultSink... sinks) {
        pipeline = new Pipeline(
                16,
                FakeBackend.computing(new FakeBackend(1, 1), (output, row, threshold, into) -> into.clear()),
                List.of(sinks),
                Clock.system());
        return pipeline.connect(new IntakeSpec(new SourceId("file"), true, pipeline.creditsForRecording(), 0, 0));
    }

    private Picture picture(int shade) {
        Picture picture = pictures.grey(32, 16, shade);
        picture.captured(Picture.UNKNOWN, 0, CaptureClock.ARRIVAL, 0);
        return picture;
    }

    @AfterEach
    void stop() throws InterruptedException {
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(pipeline.stop(60_000)).isEmpty();
        pictures.close();
    }

    @Test
    void aFrameASinkCouldNotTakeIsCountedInTheNextMessageItTakes() throws InterruptedException {
        RecordedResults moody = new RecordedResults();
        ResultSink failing = new ResultSink() {
            private int calls;

            @Override
            public void frame(FrameResult result, boolean lossless) {
                calls++;
                if (calls == 2) {
                    throw new IllegalStateException("no message can be made of it");
                }
                if (calls == 3) {
                    throw new NoClassDefFoundError("on purpose");
                }
                moody.frame(result, lossless);
            }

            @Override
            public void gap(Gap gap, boolean lossless) {
                moody.gap(gap, lossless);
            }
        };
        FrameIntake file = start(failing, results);
        file.offer(picture(1));
        file.offer(picture(1));
        file.lost(GapReason.CORRUPT, 2);
        file.offer(picture(1));
        file.offer(picture(1));
        file.gap(GapReason.ENDED, "");
        moody.await(3);
        results.await(5);
        moody.assertAccountedFor("file", 6);
        results.assertAccountedFor("file", 6);
        assertThat(moody.all().get(1).losses()).isEqualTo(Map.of(GapReason.NOT_PUBLISHED, 2, GapReason.CORRUPT, 2));
        assertThat(file.metrics().value(Counter.FRAMES_PUBLISHED)).isEqualTo(2);
        assertThat(file.metrics().value(Counter.FRAMES_NOT_PUBLISHED)).isEqualTo(2);
    }
}
