package io.ringsight.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.pipeline.RecordedResults.Recorded;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.ManualClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lanes are loaded, launched and freed in turn, and the time that takes is told. */
@Timeout(300)
class PipelineLanesTest {
    private static final long MS = 1_000_000L;
    /** The shade of a picture whose result takes two milliseconds to read. */
    private static final int SLOW_TO_READ = 200;

    private final NativePictures pictures = new NativePictures();
    private final List<Picture> made = new ArrayList<>();
    private final RecordedResults results = new RecordedResults();
    private final ManualClock clock = new ManualClock(0);
    private FakeBackend backend;
    private Pipeline pipeline;

    private void start(int lanes) {
        backend = new FakeBackend(lanes, 1);
        DetectionDecoder slow = (output, row, threshold, into) -> {
            into.clear();
            into.add(output.get(0), output.get(1), 4, 4, 0.9f, (int) output.get(5));
            clock.advanceMs(into.classId(0) == SLOW_TO_READ ? 2 : 0);
        };
        pipeline = new Pipeline(16, FakeBackend.computing(backend, slow), List.of(results), clock);
    }

    private FrameIntake recording() {
        return pipeline.connect(new IntakeSpec(new SourceId("file"), true, pipeline.creditsForRecording(), 0, 0));
    }

    private Picture picture(int shade) {
        Picture picture = pictures.grey(32, 16, shade);
        picture.captured(Picture.UNKNOWN, 0, CaptureClock.ARRIVAL, 0);
        made.add(picture);
        return picture;
    }

    private void failFirstLaunch() {
        AtomicBoolean first = new AtomicBoolean(true);
        backend.onLaunch(() -> {
            if (first.getAndSet(false)) {
                throw new IllegalStateException("on purpose");
            }
            return 0;
        });
    }

    @AfterEach
    void everyPictureIsGivenBack() throws InterruptedException {
        backend.releaseLaunches();
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(pipeline.stop(60_000)).isEmpty();
        assertThat(made).allMatch(Picture::isFree);
        pictures.close();
    }

    @Test
    void launchThatThrowsLosesItsBatchAndTheLaneGoesOn() throws InterruptedException {
        start(2);
        failFirstLaunch();
        FrameIntake file = recording();
        for (int i = 1; i <= 10; i++) {
            file.offer(picture(i));
        }
        assertThat(results.await(9)).extracting(Recorded::classId).containsExactly(2, 3, 4, 5, 6, 7, 8, 9, 10);
        results.assertAccountedFor("file", 10);
    }

    /** Its frame is given up, and Dispatch still has the lane: Collect must not free it too, or results are mixed up. */
    @Test
    void aLaneWhoseLaunchThrewIsFreedOnce() throws InterruptedException {
        start(2);
        failFirstLaunch();
        backend.holdLaunches();
        FrameIntake file = recording();
        for (int i = 1; i <= 4; i++) {
            file.offer(picture(i));
        }
        Await.until(() -> backend.heldLaunches() >= 3 || dispatchWaitsForALane());
        assertThat(backend.heldLaunches()).as("launches of two lanes").isEqualTo(2);
        backend.releaseLaunches();
        assertThat(results.await(3)).extracting(Recorded::classId).containsExactly(2, 3, 4);
    }

    private static boolean dispatchWaitsForALane() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().equals("ringsight-dispatch"))
                .map(entry -> Arrays.toString(entry.getValue()))
                .anyMatch(calls -> calls.contains("Object.wait") && calls.contains("LanePool.take"));
    }

    /** The second frame waits for the first one's lane; each stage of its way turns the clock by another time. */
    @Test
    void stagesAddUpToTheLatency() throws InterruptedException {
        start(1);
        backend.holdLaunches();
        FrameIntake camera = pipeline.connect(new IntakeSpec(new SourceId("cam"), false, 2, 0, 0));
        Picture second = picture(SLOW_TO_READ);
        camera.offer(picture(1));
        awaitHeld(1);
        backend.failLoads(picture -> {
            clock.advanceMs(picture == second ? 5 : 0);
            return false;
        });
        camera.offer(second);
        clock.advanceMs(20);
        backend.completeNext();
        results.await(1);
        awaitHeld(1);
        clock.advanceMs(40);
        backend.completeNext();

        Recorded frame = results.await(2).get(1);

        assertThat(frame.stagesNs())
                .as("waiting for the lane, loading, computing, reading the result")
                .containsExactly(20 * MS, 5 * MS, 40 * MS, 2 * MS);
        assertThat(frame.latencyNs()).isEqualTo(67 * MS);
        assertThat(camera.metrics().latencyUs().getTotalCount()).isEqualTo(2);
        assertThat(camera.metrics().latencyUs().getMaxValue()).isBetween(66_500L, 67_500L);
    }

    private void awaitHeld(int launches) {
        Await.until(() -> backend.heldLaunches() >= launches);
    }
}
