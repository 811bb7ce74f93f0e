package io.ringsight.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ringsight.core.analyse.AnalysisSpec;
import io.ringsight.core.analyse.rule.Rule;
import io.ringsight.core.analyse.track.TrackSettings;
import io.ringsight.core.analyse.world.Calibration;
import io.ringsight.core.analyse.zone.Line;
import io.ringsight.core.analyse.zone.Zone;
import io.ringsight.core.decision.Severity;
import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.WantedClasses;
import io.ringsight.core.detector.DetectorSwitch;
import io.ringsight.core.detector.SecondModel;
import io.ringsight.core.frame.FrameResult;
import io.ringsight.core.frame.Gap;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.metrics.ShadowCounter;
import io.ringsight.core.preprocess.TileSpec;
import io.ringsight.core.run.Threads;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The frame path allocates nothing in steady state, on no thread of it: camera, Dispatch, Collect, Analyse, Publish; with a shadow. */
class AllocationTest {
    private static final int WARM_UP = 20_000;
    private static final int FRAMES = 20_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final AnalysisSpec FOLLOWED = new AnalysisSpec(
            TrackSettings.DEFAULT,
            List.of(new Zone("z", Zone.corners("0,0 1,0 0.5,1").orElseThrow(), 86_400_000)),
            List.of(new Line("l", new Zone.Point(0, 0.2), new Zone.Point(1, 0.3))),
            List.of(rule(new Rule.Lasting(60_000, 0, 0)), rule(new Rule.Lasting(0, 10, 20))),
            Optional.of(new Calibration(
                    List.of(point(0, 0.2, 0, 40), point(1, 0.2, 8, 40), point(0, 1, 2, 0), point(1, 1, 6, 0)))),
            Optional.empty(),
            AnalysisSpec.MAX_SUMMARY_S);

    private static Rule rule(Rule.Lasting lasting) {
        Rule.Condition condition = new Rule.Condition(List.of(), 0.5, "z", 1);
        return new Rule("r", "", condition, lasting, 1_000_000, Severity.INFO);
    }

    private static Calibration.Point point(double x, double y, double acrossM, double awayM) {
        return new Calibration.Point(new Zone.Point(x, y), new Calibration.Metres(acrossM, awayM));
    }

    private static final Look TILES = new Look(new TileSpec(3, 2, 8, true));
    private static final AtomicInteger crowdBeat = new AtomicInteger();

    private static final DetectionDecoder NOTHING = (output, row, threshold, into) -> {};

    private static final ResultSink NOWHERE = new ResultSink() {
        @Override
        public void frame(FrameResult result, boolean lossless) {}

        @Override
        public void gap(Gap gap, boolean lossless) {}
    };

    private static DetectorSwitch first() {
        return FakeBackend.computing(new FakeBackend(2, 2), (output, row, threshold, into) -> {
            into.add(1, 1, 2, 2, output.get(row * 6 + 4), 0);
            crowd(into);
        });
    }

    @Test
    @Timeout(300)
    void framePathAllocatesNothing() throws InterruptedException {
        try (NativePictures pictures = new NativePictures();
                Pipeline pipeline = new Pipeline(16, first(), List.of(NOWHERE), Clock.system())) {
            Shadow shadow = new Shadow(
                    FakeBackend.SPEC, FakeBackend.computing(new FakeBackend(1, 1), NOTHING), 0.5, Clock.system());
            Threads.start("shadow", shadow::run);
            pipeline.shadow(Optional.of(shadow));
            FrameIntake file = measure(pipeline, pictures, FOLLOWED);
            shadow.stop();
            assertThat(shadow.counters().value(ShadowCounter.FRAMES_COMPARED)).isGreaterThan(100);
            assertThat(file.metrics().value(Counter.TRACKS)).isGreaterThan(12);
        }
    }

    /** Squares of all sizes, more objects than a lane takes, and more than are looked at. */
    @Test
    @Timeout(300)
    void secondModelsAllocateNothing() throws InterruptedException {
        DetectorSwitch second = FakeBackend.computing(
                new FakeBackend(2, 2), (output, row, threshold, into) -> into.add(1, 1, 2, 2, 1, 0));
        SecondModel kind = new SecondModel("kind", model -> WantedClasses.of(List.of(0, 2)), 5, second);
        try (NativePictures pictures = new NativePictures();
                Pipeline pipeline = new Pipeline(
                        16,
                        first(),
                        List.of(kind),
                        List.of(NOWHERE),
                        Clock.system(),
                        new SourceAccounts(Clock.system()))) {
            FrameIntake file = measure(pipeline, pictures, AnalysisSpec.NONE);
            assertThat(file.metrics().value(Counter.ATTRIBUTES)).isGreaterThan(FRAMES);
            assertThat(file.metrics().value(Counter.ATTRIBUTES_LEFT_OUT)).isPositive();
        }
    }

    /** Returns the way in of the second of two sources. */
    private FrameIntake measure(Pipeline pipeline, NativePictures pictures, AnalysisSpec analysis)
            throws InterruptedException {
        FrameIntake camera = pipeline.connect(new IntakeSpec(
                new SourceId("camera"),
                false,
                2,
                1_000_000_000L,
                100_000,
                new IntakeSpec.Sight(TILES, labels -> WantedClasses.ALL),
                analysis,
                null));
        FrameIntake file = pipeline.connect(new IntakeSpec(
                new SourceId("file"),
                true,
                4,
                0,
                0,
                new IntakeSpec.Sight(Look.WHOLE, labels -> WantedClasses.ALL),
                analysis,
                null));
        Picture[] pool = new Picture[16];
        for (int i = 0; i < pool.length; i++) {
            pool[i] = pictures.grey(64, 48, 40 + i);
            pool[i].release();
        }
        feed(camera, file, pool, WARM_UP / 2);
        pipeline.drain(60_000);
        // One more of the camera's: from here on the file's tiles, for which a slot grows once, come to the other
        // slots.
        feed(camera, file, pool, 1);
        feed(camera, file, pool, WARM_UP / 2);
        pipeline.drain(60_000);
        long[] threads = framePathThreads();
        long[] before = THREADS.getThreadAllocatedBytes(threads);
        feed(camera, file, pool, FRAMES);
        pipeline.drain(60_000);
        long[] after = THREADS.getThreadAllocatedBytes(threads);
        assertThat(framePathThreads()).containsExactly(threads);
        long bytes = LongStream.of(after).sum() - LongStream.of(before).sum();
        System.out.println("frame path: " + bytes + " bytes allocated in " + FRAMES + " frames");
        // An object a frame would be 16 bytes a frame at least. What is left is the events of tracks in the zone: more
        // where a busy machine lets threads fall behind.
        assertThat(bytes).isLessThan(4L * FRAMES);
        assertThat(file.metrics().value(Counter.FRAMES_PUBLISHED)).isEqualTo((WARM_UP + FRAMES) / 2);
        return file;
    }

    /** Objects close together that move, vanish and come back, so that tracks begin, compete and end all the time. */
    private static void crowd(Detections into) {
        int beat = crowdBeat.incrementAndGet();
        for (int i = 0; i < 12; i++) {
            if ((beat / 40 + i) % 5 != 0) {
                into.add(2 * i + beat % 40 * 0.1f, 10 + i % 3, 9, 9, i % 4 == 0 ? 0.3f : 0.8f, i % 3);
            }
        }
    }

    private long takenNs;

    private void feed(FrameIntake camera, FrameIntake file, Picture[] pool, int frames) throws InterruptedException {
        for (int i = 0; i < frames; i++) {
            Picture picture = acquire(pool);
            takenNs += 20_000_000L;
            picture.captured(takenNs, takenNs, CaptureClock.FILE, 0);
            if (i % 2 == 0) {
                camera.offer(picture);
            } else {
                file.offer(picture);
            }
        }
    }

    private static Picture acquire(Picture[] pool) {
        while (true) {
            for (Picture picture : pool) {
                if (picture.tryAcquire()) {
                    return picture;
                }
            }
            Thread.onSpinWait();
        }
    }

    /** The camera's, which is this one, and the pipeline's. Looked up before: that allocates for each thread of the JVM. */
    @SuppressWarnings("deprecation") // threadId is of Java 19
    private static long[] framePathThreads() {
        LongStream pipeline = Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
                .filter(info -> info != null && info.getThreadName().startsWith("ringsight-"))
                .mapToLong(ThreadInfo::getThreadId);
        return LongStream.concat(pipeline, LongStream.of(Thread.currentThread().getId()))
                .sorted()
                .toArray();
    }
}
