package io.ringsight.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.pipeline.RecordedResults.Recorded;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of frames when a pipeline is stopped, or a source's thread interrupted, at a bad moment. */
@Timeout(300)
class PipelineStopTest {
    private static final int RING_SIZE = 16;

    private final NativePictures pictures = new NativePictures();
    private final List<Picture> made = new ArrayList<>();
    private final RecordedResults results = new RecordedResults();
    private final FakeBackend backend = new FakeBackend(1, 1);
    private final Pipeline pipeline = new Pipeline(
            RING_SIZE,
            FakeBackend.computing(backend, (output, row, threshold, into) -> into.clear()),
            List.of(results),
            Clock.system());

    private Picture picture(int shade) {
        Picture picture = pictures.grey(32, 16, shade);
        picture.captured(Picture.UNKNOWN, 0, CaptureClock.ARRIVAL, 0);
        made.add(picture);
        return picture;
    }

    private FrameIntake camera(int credits) {
        return pipeline.connect(new IntakeSpec(new SourceId("cam"), false, credits, 0, 0));
    }

    @AfterEach
    void everyPictureIsGivenBack() throws InterruptedException {
        backend.releaseLaunches();
        assertThat(pipeline.stop(60_000)).isEmpty();
        assertThat(made).allMatch(Picture::isFree);
        pictures.close();
    }

    @Test
    void aFrameInterruptedWhileItEndsAGapIsAccountedFor() throws InterruptedException {
        backend.holdLaunches();
        FrameIntake camera = camera(2);
        camera.offer(picture(1));
        // Behind the frame that Collect waits for, gaps fill the ring: the next one must wait.
        for (int i = 1; i < RING_SIZE; i++) {
            camera.gap(i % 2 == 0 ? GapReason.STALLED : GapReason.DISCONNECTED, "");
        }
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> camera.offer(picture(2))).isInstanceOf(InterruptedException.class);
        assertThat(camera.metrics().value(Counter.FRAMES_DECODED)).isEqualTo(2);
        assertThat(camera.metrics().value(Counter.FRAMES_OVERLOAD)).isEqualTo(1);
        backend.releaseLaunches();
        assertThat(pipeline.drain(60_000)).isTrue();
        camera.offer(picture(3));
        List<Recorded> messages = results.await(RING_SIZE + 2);
        assertThat(messages.get(RING_SIZE + 1).frameSeq()).isEqualTo(3);
        results.assertAccountedFor("cam", 3);
    }

    /** Of another camera that comes and goes: a frame that finds no slot must not keep its credit. */
    @Test
    void aRingFullOfGapsCostsACameraNoCredit() throws InterruptedException {
        backend.holdLaunches();
        FrameIntake camera = camera(2);
        FrameIntake flapping = pipeline.connect(new IntakeSpec(new SourceId("flapping"), false, 2, 0, 0));
        camera.offer(picture(1));
        for (int i = 1; i < RING_SIZE; i++) {
            flapping.gap(i % 2 == 0 ? GapReason.STALLED : GapReason.DISCONNECTED, "");
        }
        camera.offer(picture(2));
        camera.offer(picture(3));
        assertThat(camera.metrics().value(Counter.FRAMES_OVERLOAD)).isEqualTo(2);
        backend.releaseLaunches();
        assertThat(pipeline.drain(60_000)).isTrue();

        backend.holdLaunches();
        camera.offer(picture(4));
        camera.offer(picture(5));

        assertThat(camera.metrics().value(Counter.FRAMES_OVERLOAD))
                .as("it has both of its credits again")
                .isEqualTo(2);
        backend.releaseLaunches();
        assertThat(pipeline.drain(60_000)).isTrue();
        results.assertAccountedFor("cam", 5);
    }

    @Test
    void aGapInterruptedBeforeItIsToldHasNoNumberAndIsToldWhenAskedForAgain() throws InterruptedException {
        backend.holdLaunches();
        FrameIntake camera = camera(2);
        camera.offer(picture(1));
        for (int i = 1; i < RING_SIZE; i++) {
            camera.gap(i % 2 == 0 ? GapReason.STALLED : GapReason.DISCONNECTED, "");
        }
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> camera.gap(GapReason.REFUSED, "")).isInstanceOf(InterruptedException.class);
        backend.releaseLaunches();
        assertThat(pipeline.drain(60_000)).isTrue();
        camera.gap(GapReason.REFUSED, "");
        List<Recorded> messages = results.await(RING_SIZE + 1);
        assertThat(messages.get(RING_SIZE).gap().reason()).isEqualTo(GapReason.REFUSED);
        assertThat(messages.get(RING_SIZE).gap().gapSeq()).isEqualTo(RING_SIZE);
    }

    @Test
    void stoppingGivesBackThePicturesOfFramesThatAreNotThrough() throws InterruptedException {
        backend.holdLaunches();
        FrameIntake camera = camera(4);
        for (int i = 1; i <= 4; i++) {
            camera.offer(picture(i));
        }
        assertThat(pipeline.drain(1)).isFalse();
        List<String> running = pipeline.stop(200); // a busy machine needs longer to end
        assertThat(running.isEmpty() ? running : pipeline.stop(60_000)).isEmpty();
        assertThat(made).allMatch(Picture::isFree);
    }
}
