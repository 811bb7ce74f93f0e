package io.ringsight.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.pipeline.RecordedResults.Recorded;
import io.ringsight.core.preprocess.Letterbox;
import io.ringsight.core.preprocess.TileSpec;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An Error in a stage, wherever it is thrown: the frame is lost in words, never published as one in which nothing was
 * found; the others go on; and the pipeline's owner is told.
 */
@Timeout(300)
class StageErrorsTest {
    private static final int FRAMES = 6;
    private static final int UNLUCKY = 3;
    /** More rows than all lanes take at a time: the third is the first frame's. */
    private static final Look TILED = new Look(new TileSpec(4, 1, 1, false));

    /** Where a stage is in the hands of others. */
    enum Place {
        LOAD,
        LAUNCH,
        AWAIT,
        OUTPUT,
        DECODE,
        LETTERBOX
    }

    /** Throws when it is asked the third time at its place. */
    private static final class Fault {
        private final Place place;
        private final Error error;
        private int calls;

        Fault(Place place, Error error) {
            this.place = place;
            this.error = error;
        }

        void at(Place now) {
            if (now == place && ++calls == UNLUCKY) {
                throw error;
            }
        }
    }

    private record FaultyBackend(InferenceBackend sound, Fault fault) implements InferenceBackend {
        @Override
        public String name() {
            return sound.name();
        }

        @Override
        public List<Lane> lanes() {
            return sound.lanes().stream()
                    .<Lane>map(lane -> new FaultyLane(lane, fault))
                    .toList();
        }

        @Override
        public int maxBatch() {
            return sound.maxBatch();
        }

        @Override
        public void close() {
            sound.close();
        }
    }

    private record FaultyLane(Lane lane, Fault fault) implements Lane {
        @Override
        public void load(int row, Picture picture) {
            fault.at(Place.LOAD);
            lane.load(row, picture);
        }

        @Override
        public void launch(int rows) {
            fault.at(Place.LAUNCH);
            lane.launch(rows);
        }

        @Override
        public void await() throws InterruptedException {
            lane.await();
            fault.at(Place.AWAIT);
        }

        @Override
        public FloatBuffer output() {
            fault.at(Place.OUTPUT);
            return lane.output();
        }

        @Override
        public Letterbox letterbox(int row) {
            fault.at(Place.LETTERBOX);
            return lane.letterbox(row);
        }
    }

    static Stream<Arguments> placesAndErrors() {
        List<Error> errors = List.of(
                new OutOfMemoryError("on purpose"),
                new NoClassDefFoundError("on purpose"),
                new StackOverflowError("on purpose"),
                new AssertionError("on purpose"));
        return Stream.of(Place.values())
                .flatMap(place -> errors.stream()
                        .flatMap(error -> Stream.of(Look.WHOLE, TILED).map(look -> Arguments.of(place, error, look))));
    }

    @ParameterizedTest
    @MethodSource("placesAndErrors")
    void anErrorLosesItsFrameInWordsAndEndsThePipeline(Place place, Error error, Look look) throws Exception {
        Fault fault = new Fault(place, error);
        NativePictures pictures = new NativePictures();
        RecordedResults results = new RecordedResults();
        DetectionDecoder decoder = (output, row, threshold, into) -> {
            fault.at(Place.DECODE);
            into.add(0, 0, FakeBackend.SIZE, FakeBackend.SIZE, 0.9f, 7);
        };
        InferenceBackend backend = new FaultyBackend(new FakeBackend(2, 1), fault);
        Pipeline pipeline = new Pipeline(16, FakeBackend.computing(backend, decoder), List.of(results), Clock.system());
        FrameIntake file = pipeline.connect(new IntakeSpec(
                new SourceId("file"),
                true,
                pipeline.creditsForRecording(),
                0,
                0,
                new IntakeSpec.Sight(look, labels -> WantedClasses.ALL),
                AnalysisSpec.NONE,
                null));

        for (int i = 0; i < FRAMES; i++) {
            Picture picture = pictures.grey(96, 16, 1);
            picture.captured(Picture.UNKNOWN, 0, CaptureClock.ARRIVAL, 0);
            file.offer(picture);
        }
        file.gap(GapReason.ENDED, "");

        Throwable told = pipeline.broken().toCompletableFuture().get(30, TimeUnit.SECONDS);
        assertThat(told).hasMessageContaining("on purpose");
        assertThat(pipeline.drain(60_000)).isTrue();
        results.assertAccountedFor("file", FRAMES);
        List<Recorded> frames =
                results.of("file").stream().filter(Recorded::isFrame).toList();
        assertThat(frames).hasSize(FRAMES - 1).allMatch(frame -> frame.classId() == 7);
        int lost = look == TILED ? 0 : UNLUCKY - 1;
        assertThat(frames.get(lost).losses()).containsOnlyKeys(GapReason.INFERENCE_FAILED);
        assertThat(file.metrics().value(Counter.FRAMES_INFERENCE_FAILED)).isEqualTo(1);
        assertThat(pipeline.stop(60_000)).isEmpty();
        pictures.close();
    }

    @Test
    void anErrorWhilePublishingLosesItsFrameAndWhatItWasToTellInWords() throws Exception {
        NativePictures pictures = new NativePictures();
        RecordedResults results = new RecordedResults();
        DetectionDecoder decoder = (output, row, threshold, into) -> into.clear();
        Pipeline pipeline = new Pipeline(
                16,
                FakeBackend.computing(new FakeBackend(2, 1), decoder),
                List.of(results),
                new FaultyClock("publish", UNLUCKY));
        FrameIntake file =
                pipeline.connect(new IntakeSpec(new SourceId("file"), true, pipeline.creditsForRecording(), 0, 0));
        for (int i = 0; i < FRAMES; i++) {
            if (i == UNLUCKY - 1) {
                file.lost(GapReason.CORRUPT, 2);
            }
            Picture picture = pictures.grey(32, 16, 1);
            picture.captured(Picture.UNKNOWN, 0, CaptureClock.ARRIVAL, 0);
            file.offer(picture);
        }
        file.gap(GapReason.ENDED, "");

        assertThat(pipeline.broken().toCompletableFuture().get(30, TimeUnit.SECONDS))
                .hasMessageContaining("on purpose");
        assertThat(pipeline.drain(60_000)).isTrue();
        results.assertAccountedFor("file", FRAMES + 2);
        assertThat(results.of("file").stream().filter(Recorded::isFrame)).hasSize(FRAMES - 1);
        assertThat(results.of("file").get(UNLUCKY - 1).losses()).containsOnly(Map.entry(GapReason.NOT_PUBLISHED, 3));
        assertThat(file.metrics().value(Counter.FRAMES_NOT_PUBLISHED)).isEqualTo(3);
        assertThat(pipeline.stop(60_000)).isEmpty();
        pictures.close();
    }

    /** A row that was loaded before the Error was never launched, and waited for until the daemon's time to stop was over. */
    @Test
    void anErrorInABatchKeepsNoFrameOfItInFlight() throws Exception {
        NativePictures pictures = new NativePictures();
        RecordedResults results = new RecordedResults();
        DetectionDecoder decoder = (output, row, threshold, into) -> into.clear();
        FaultyClock clock = new FaultyClock("dispatch", 6); // asked three times of the first, twice of the second
        Pipeline pipeline =
                new Pipeline(16, FakeBackend.computing(new FakeBackend(1, 4), decoder), List.of(results), clock);
        FrameIntake file =
                pipeline.connect(new IntakeSpec(new SourceId("file"), true, pipeline.creditsForRecording(), 0, 0));
        clock.go = new CountDownLatch(1);
        for (int i = 0; i < 3; i++) {
            Picture picture = pictures.grey(32, 16, 1);
            picture.captured(Picture.UNKNOWN, 0, CaptureClock.ARRIVAL, 0);
            file.offer(picture);
            assertThat(clock.asked(30)).isTrue(); // the first alone is a batch, the others are the next
        }
        clock.go.countDown();
        assertThat(pipeline.broken().toCompletableFuture().get(30, TimeUnit.SECONDS))
                .hasMessageContaining("on purpose");
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(results.of("file").stream().filter(Recorded::isFrame)).hasSize(2);
        assertThat(pipeline.stop(60_000)).isEmpty();
        pictures.close();
    }

    /** Throws when a stage has asked it so often. The stage waits at the first time until it may go on. */
    private static final class FaultyClock implements Clock {
        private final Clock sound = Clock.system();
        private final CountDownLatch wasAsked = new CountDownLatch(1);
        private final String thread;
        private final int unlucky;
        private volatile CountDownLatch go = new CountDownLatch(0);
        private int times;

        FaultyClock(String stage, int unlucky) {
            thread = "ringsight-" + stage;
            this.unlucky = unlucky;
        }

        boolean asked(int withinS) throws InterruptedException {
            return wasAsked.await(withinS, TimeUnit.SECONDS);
        }

        @Override
        public long nanoTime() {
            if (Thread.currentThread().getName().equals(thread)) {
                count();
            }
            return sound.nanoTime();
        }

        private void count() {
            wasAsked.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (++times == unlucky) {
                throw new OutOfMemoryError("on purpose");
            }
        }

        @Override
        public long epochNanos() {
            return sound.epochNanos();
        }
    }
}
