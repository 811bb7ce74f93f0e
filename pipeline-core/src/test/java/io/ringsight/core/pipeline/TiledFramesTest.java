package io.ringsight.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.analyse.zone.Regions;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.detector.Detector;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.preprocess.TileSpec;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames of more parts than one: through lanes of any batch, lost whole or published whole, in order. */
@Timeout(300)
class TiledFramesTest {
    private static final Look TILES = new Look(new TileSpec(4, 3, 4, false));
    private static final int PARTS = 12;
    /** One object in the middle of each tile. */
    private static final DetectionDecoder MIDDLE = (output, row, threshold, into) ->
            into.add(7, 7, 2, 2, output.get(row * 6 + 4), (int) output.get(row * 6 + 5));

    private final NativePictures pictures = new NativePictures();
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());

    private final ResultSink sink = new ResultSink() {
        @Override
        public void frame(FrameResult result, boolean lossless) {
            Detections found = result.detections();
            long classes = java.util.stream.IntStream.range(0, found.size())
                    .map(found::classId)
                    .distinct()
                    .count();
            told.add(result.sourceId() + " " + result.frameSeq() + " " + found.size() + "x" + found.classId(0)
                    + (classes > 1 ? " mixed" : "") + " " + result.backend());
        }

        @Override
        public void gap(Gap gap, boolean lossless) {
            told.add(gap.reason().wireName() + " lost " + gap.losses().count(GapReason.INFERENCE_FAILED));
        }
    };

    private static IntakeSpec spec(String id, Look look) {
        return new IntakeSpec(
                new SourceId(id),
                true,
                4,
                0,
                0,
                new IntakeSpec.Sight(look, labels -> WantedClasses.ALL),
                AnalysisSpec.NONE,
                null);
    }

    private Picture picture(int shade) {
        Picture picture = pictures.grey(200, 150, shade);
        picture.captured(Picture.UNKNOWN, 0, CaptureClock.ARRIVAL, 0);
        return picture;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "2, 5", "3, 8", "1, 64"})
    void eachTileOfEachFrameIsLookedAtWhateverALaneTakes(int lanes, int batch) throws InterruptedException {
        Pipeline pipeline = new Pipeline(
                16, FakeBackend.computing(new FakeBackend(lanes, batch), MIDDLE), List.of(sink), Clock.system());
        FrameIntake tiled = pipeline.connect(spec("tiled", TILES));
        FrameIntake whole = pipeline.connect(spec("whole", Look.WHOLE));
        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= 50; i++) {
            tiled.offer(picture(2 * i));
            whole.offer(picture(2 * i + 1));
            expected.add("tiled " + i + " " + PARTS + "x" + 2 * i + " fake");
            expected.add("whole " + i + " 1x" + (2 * i + 1) + " fake");
        }
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(told).containsExactlyElementsOf(expected);
        assertThat(pipeline.stop(60_000)).isEmpty();
        pictures.close();
    }

    /** The crop is all the model sees, and what is found in it lies where it is in the picture. */
    @Test
    void theCropIsCutIntoTilesAndWhatLiesOutsideTheRegionsIsCounted() throws InterruptedException {
        Regions regions = new Regions(
                Optional.of(new Regions.Crop(new Zone.Point(0.5, 0.5), new Zone.Point(1, 1))),
                List.of(),
                List.of(Zone.corners("0.75,0 1,0 1,1 0.75,1").orElseThrow()));
        List<Float> lefts = Collections.synchronizedList(new ArrayList<>());
        ResultSink places = new ResultSink() {
            @Override
            public void frame(FrameResult result, boolean lossless) {
                for (int i = 0; i < result.detections().size(); i++) {
                    lefts.add(result.detections().left(i));
                }
            }

            @Override
            public void gap(Gap gap, boolean lossless) {}
        };
        Pipeline pipeline =
                new Pipeline(16, FakeBackend.computing(new FakeBackend(2, 3), MIDDLE), List.of(places), Clock.system());
        FrameIntake tiled = pipeline.connect(spec("tiled", new Look(new TileSpec(2, 1, 4, false), regions)));
        tiled.offer(picture(9));
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(lefts).singleElement().satisfies(left -> assertThat(left).isBetween(110f, 150f));
        assertThat(tiled.metrics().value(Counter.DETECTIONS_OUTSIDE)).isEqualTo(1);
        assertThat(pipeline.stop(60_000)).isEmpty();
        pictures.close();
    }

    /** Whichever part fails, to load, to launch or to compute: the frame is lost, once, and its neighbours are not. */
    @ParameterizedTest
    @CsvSource({"load, 1", "load, 7", "load, 12", "launch, 1", "launch, 3", "launch, 6", "nan, 1"})
    void oneFailedPartLosesItsFrameAndNoOther(String what, int unlucky) throws InterruptedException {
        FakeBackend backend = new FakeBackend(2, 2);
        AtomicInteger calls = new AtomicInteger();
        if (what.equals("load")) {
            backend.failLoads(part -> calls.incrementAndGet() == unlucky);
        } else if (what.equals("launch")) {
            backend.onLaunch(() -> {
                if (calls.incrementAndGet() == unlucky) {
                    throw new IllegalStateException("on purpose");
                }
                return 0;
            });
        }
        DetectionDecoder decoder = (output, row, threshold, into) -> {
            if (what.equals("nan") && calls.incrementAndGet() == unlucky) {
                throw new IllegalStateException("on purpose");
            }
            MIDDLE.decode(output, row, threshold, into);
        };
        Pipeline pipeline = new Pipeline(16, FakeBackend.computing(backend, decoder), List.of(sink), Clock.system());
        FrameIntake tiled = pipeline.connect(spec("tiled", TILES));
        tiled.offer(picture(1));
        assertThat(pipeline.drain(60_000)).isTrue();
        tiled.offer(picture(2));
        tiled.gap(GapReason.ENDED, "");
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(told).containsExactly("tiled 2 12x2 fake", "ended lost 0");
        assertThat(tiled.metrics().value(Counter.FRAMES_INFERENCE_FAILED)).isEqualTo(1);
        assertThat(pipeline.stop(60_000)).isEmpty();
        pictures.close();
    }

    /** What the first detector computed of it is thrown away: a message is of one model. */
    @Test
    void aFrameWhoseDetectorIsReplacedWhileItIsLoadedBeginsAgain() throws Exception {
        FakeBackend slow = new FakeBackend("slow", 1, 1);
        FakeBackend next = new FakeBackend("next", 1, 1).shift(100);
        slow.holdLaunches();
        DetectorSwitch detectors = FakeBackend.computing(slow, MIDDLE);
        Pipeline pipeline = new Pipeline(16, detectors, List.of(sink), Clock.system());
        FrameIntake tiled = pipeline.connect(spec("tiled", TILES));
        tiled.offer(picture(1));
        slow.completeNext();
        slow.completeNext();
        Await.until(() -> slow.heldLaunches() == 1);
        Thread replacing = new Thread(() -> {
            try {
                detectors.replace(FakeBackend.SPEC, 0.001f, Opened.of(next), Clock.system());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        replacing.start();
        Await.until(() -> detectors.current().backend() == next);
        slow.releaseLaunches();
        replacing.join();
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(told).hasSize(1);
        assertThat(told.get(0)).startsWith("tiled 1 ").endsWith("x101 next").doesNotContain("mixed");
        assertThat(slow.isClosed()).isTrue();
        assertThat(pipeline.stop(60_000)).isEmpty();
        pictures.close();
    }

    @Test
    void aDeviceThatBreaksInTheMiddleOfAFrameIsTold() throws Exception {
        FakeBackend backend = new FakeBackend(1, 1);
        backend.holdLaunches();
        Pipeline pipeline = new Pipeline(
                16,
                new DetectorSwitch(new Detector(FakeBackend.SPEC, 0.001f, backend, MIDDLE)),
                List.of(sink),
                Clock.system());
        pipeline.connect(spec("tiled", TILES)).offer(picture(1));
        backend.completeNext();
        backend.failNext(InferenceException.fatal("broke", null));
        assertThat(pipeline.broken().toCompletableFuture().get()).hasMessageContaining("broke");
        backend.releaseLaunches();
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(told).isEmpty();
        assertThat(pipeline.stop(60_000)).isEmpty();
        pictures.close();
    }
}
