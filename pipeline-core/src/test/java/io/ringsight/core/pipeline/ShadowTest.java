package io.ringsight.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.detect.Agreement;
import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.metrics.ShadowCounter;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.preprocess.TileSpec;
import io.ringsight.core.run.Await;
import io.ringsight.core.run.Threads;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A candidate beside the model at work: what is published does not depend on it, and what differs is counted. */
@Timeout(300)
class ShadowTest {
    private static final int FRAMES = 200;
    private static final ModelSpec SPEC = FakeBackend.SPEC;

    private final NativePictures pictures = new NativePictures();
    private final List<Picture> offered = new ArrayList<>();
    private final RecordedResults results = new RecordedResults();
    private final FakeBackend atWork = new FakeBackend(2, 1);
    private final FakeBackend candidate = new FakeBackend("candidate", 1, 1);
    private final DetectorSwitch detectors = switchOf(atWork, (output, row, threshold, into) -> {
        into.add(0, 4, 4, 4, 0.9f, 1);
        into.add(5, 4, 4, 4, 0.8f, 2);
        into.add(10, 4, 4, 4, 0.7f, 3);
    });
    private final Pipeline pipeline = new Pipeline(16, detectors, List.of(results), Clock.system());
    private Thread thread;
    private Shadow shadow;

    private static DetectorSwitch switchOf(FakeBackend backend, DetectionDecoder decoder) {
        return new DetectorSwitch(new Detector(SPEC, 0.1f, backend, decoder));
    }

    /** Moved, missing, of another class, and one that is not there. */
    private static final DetectionDecoder DIFFERENT = (output, row, threshold, into) -> {
        into.add(1, 4, 4, 4, 0.9f, 1);
        into.add(10, 4, 4, 4, 0.8f, 4);
        into.add(6, 9, 2, 2, 0.7f, 1);
    };

    private void shadow(double share, DetectionDecoder decoder) {
        shadow = new Shadow(detectors.current().model(), switchOf(candidate, decoder), share, Clock.system());
        thread = Threads.start("shadow", shadow::run);
        pipeline.shadow(Optional.of(shadow));
    }

    @AfterEach
    void stop() throws InterruptedException {
        candidate.releaseLaunches();
        assertThat(pipeline.stop(60_000)).isEmpty();
        if (shadow != null) {
            shadow.stop();
            thread.join(60_000);
            assertThat(thread.isAlive()).isFalse();
        }
        assertThat(offered).as("pictures still held").allMatch(Picture::isFree);
        pictures.close();
    }

    private FrameIntake connect(String id, Look look) {
        return pipeline.connect(new IntakeSpec(
                new SourceId(id),
                true,
                4,
                0,
                0,
                new IntakeSpec.Sight(look, labels -> WantedClasses.ALL),
                AnalysisSpec.NONE,
                null));
    }

    private void offer(FrameIntake intake, int shade) throws InterruptedException {
        Picture picture = pictures.grey(100, 60, shade);
        picture.captured(Picture.UNKNOWN, 0, CaptureClock.ARRIVAL, 0);
        offered.add(picture);
        intake.offer(picture);
    }

    private long count(ShadowCounter counter) {
        return shadow.counters().value(counter);
    }

    private long drawn() {
        return count(ShadowCounter.FRAMES_COMPARED)
                + count(ShadowCounter.FRAMES_DROPPED)
                + count(ShadowCounter.FRAMES_FAILED);
    }

    @Test
    void aPlantedDifferenceIsCountedByClass() throws InterruptedException {
        shadow(1, DIFFERENT);
        FrameIntake intake = connect("camera", Look.WHOLE);
        for (int i = 1; i <= 10; i++) {
            offer(intake, 40);
            int published = i;
            Await.until(() -> count(ShadowCounter.FRAMES_COMPARED) == published);
        }

        Agreement agreement = shadow.agreement();
        assertThat(agreement.of(1).matched()).isEqualTo(10);
        assertThat(agreement.of(1).meanIou()).isCloseTo(3.0 / 5, within(1e-5));
        assertThat(agreement.of(1).missed()).isZero();
        assertThat(agreement.of(1).extra()).isEqualTo(10);
        assertThat(agreement.of(2)).isEqualTo(new Agreement.Counts(0, 10, 0, 0));
        assertThat(agreement.of(3)).isEqualTo(new Agreement.Counts(0, 10, 0, 0));
        assertThat(agreement.of(4)).isEqualTo(new Agreement.Counts(0, 0, 10, 0));
        assertThat(agreement.total().matched()).isEqualTo(10);
    }

    @Test
    void theShareOfEachSourceIsDrawn() throws InterruptedException {
        shadow(0.2, DIFFERENT);
        List<FrameIntake> intakes = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            intakes.add(connect("camera" + i, Look.WHOLE));
        }
        for (FrameIntake intake : intakes) {
            long before = drawn();
            for (int i = 0; i < FRAMES; i++) {
                offer(intake, 40);
            }
            assertThat(pipeline.drain(60_000)).isTrue();
            Await.until(() -> Math.abs(drawn() - before - 0.2 * FRAMES) <= 3);
        }
    }

    /** The candidate never answers: it holds up nobody, keeps no picture, and what is left out is counted. */
    @Test
    void aCandidateThatHangsHoldsUpNothingAndTakesOneFrame() throws InterruptedException {
        candidate.holdLaunches();
        shadow(1, DIFFERENT);
        FrameIntake intake = connect("camera", Look.WHOLE);
        for (int i = 0; i < FRAMES; i++) {
            offer(intake, 40);
        }
        assertThat(pipeline.drain(60_000)).isTrue();

        assertThat(results.all()).hasSize(FRAMES);
        results.assertAccountedFor("camera", FRAMES);
        Await.until(() -> candidate.heldLaunches() == 1);
        Await.until(() -> offered.stream().allMatch(Picture::isFree));
        assertThat(count(ShadowCounter.FRAMES_COMPARED)).isZero();
        assertThat(count(ShadowCounter.FRAMES_DROPPED)).isEqualTo(FRAMES - 1);
    }

    @Test
    void whatTheCandidateCannotComputeIsCountedAndPublished() throws InterruptedException {
        candidate.failLoads(picture -> true);
        shadow(1, DIFFERENT);
        FrameIntake intake = connect("camera", Look.WHOLE);
        for (int i = 1; i <= 3; i++) {
            offer(intake, 40);
            int published = i;
            Await.until(() -> count(ShadowCounter.FRAMES_FAILED) == published);
        }
        assertThat(results.await(3)).hasSize(3).allMatch(RecordedResults.Recorded::isFrame);
    }

    @Test
    void aCandidateWhoseDeviceBreaksEndsAndTheCamerasGoOn() throws InterruptedException {
        candidate.breakAt(picture -> true);
        shadow(1, DIFFERENT);
        FrameIntake intake = connect("camera", Look.WHOLE);
        offer(intake, 40);
        thread.join(60_000);
        assertThat(thread.isAlive()).isFalse();
        for (int i = 0; i < 10; i++) {
            offer(intake, 40);
        }
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(results.all()).hasSize(11);
        assertThat(pipeline.broken().toCompletableFuture()).isNotDone();
        assertThat(count(ShadowCounter.FRAMES_FAILED)).isEqualTo(1);
    }

    @Test
    void framesOfAnotherModelThanTheOneItIsComparedWithAreLeftOut() throws InterruptedException {
        ModelSpec other = new ModelSpec(
                "other", "1", SPEC.weights(), SPEC.input(), SPEC.output(), SPEC.labels(), 0.5f, List.of());
        shadow = new Shadow(other, switchOf(candidate, DIFFERENT), 1, Clock.system());
        thread = Threads.start("shadow", shadow::run);
        pipeline.shadow(Optional.of(shadow));
        offer(connect("camera", Look.WHOLE), 40);
        assertThat(pipeline.drain(60_000)).isTrue();

        assertThat(drawn()).isZero();
    }

    /** One object in the middle of each tile, of both models: twelve are matched, none is doubled at a seam. */
    @Test
    void theTilesOfAPictureAreComputedByTheCandidateToo() throws InterruptedException {
        DetectionDecoder middle = (output, row, threshold, into) -> into.add(7, 7, 2, 2, 0.9f, 5);
        Pipeline tiled = new Pipeline(16, switchOf(atWork, middle), List.of(results), Clock.system());
        shadow = new Shadow(SPEC, switchOf(candidate, middle), 1, Clock.system());
        thread = Threads.start("shadow", shadow::run);
        tiled.shadow(Optional.of(shadow));
        FrameIntake intake = tiled.connect(new IntakeSpec(
                new SourceId("board"),
                true,
                4,
                0,
                0,
                new IntakeSpec.Sight(new Look(new TileSpec(4, 3, 4, false)), labels -> WantedClasses.ALL),
                AnalysisSpec.NONE,
                null));
        Picture picture = pictures.grey(200, 150, 40);
        picture.captured(Picture.UNKNOWN, 0, CaptureClock.ARRIVAL, 0);
        offered.add(picture);
        intake.offer(picture);
        Await.until(() -> count(ShadowCounter.FRAMES_COMPARED) == 1);

        assertThat(shadow.agreement().of(5)).isEqualTo(new Agreement.Counts(12, 0, 0, 12));
        assertThat(tiled.stop(60_000)).isEmpty();
    }
}
