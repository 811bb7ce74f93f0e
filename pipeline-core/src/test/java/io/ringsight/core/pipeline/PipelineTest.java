package io.ringsight.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.detect.Decoders;
import io.ringsight.core.detect.DetectionDecoder;
import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.metrics.Counter;
import io.ringsight.core.pipeline.RecordedResults.Recorded;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.Clock;
import io.ringsight.core.time.ManualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class PipelineTest {
    private static final long MS = 1_000_000L;
    private static final float SIDE_OF_INPUT = FakeBackend.SIZE;
    private static final DetectionDecoder FIRST_CANDIDATE = (output, row, threshold, into) -> {
        into.clear();
        int at = row * 6;
        float left = output.get(at);
        float top = output.get(at + 1);
        into.add(left, top, output.get(at + 2) - left, output.get(at + 3) - top, output.get(at + 4), (int)
                output.get(at + 5));
    };

    private final NativePictures pictures = new NativePictures();
    private final List<Picture> made = new ArrayList<>();
    private final RecordedResults results = new RecordedResults();
    private final ManualClock clock = new ManualClock(0);
    private FakeBackend backend;
    private Pipeline pipeline;

    private void start(int lanes, int maxBatch, Clock with, ResultSink... sinks) {
        backend = new FakeBackend(lanes, maxBatch);
        pipeline = new Pipeline(16, FakeBackend.computing(backend, FIRST_CANDIDATE), List.of(sinks), with);
    }

    private void start(int lanes, int maxBatch) {
        start(lanes, maxBatch, clock, results);
    }

    private FrameIntake camera(String id) {
        return pipeline.connect(new IntakeSpec(new SourceId(id), false, 2, 0, 0));
    }

    private FrameIntake recording(String id) {
        return pipeline.connect(new IntakeSpec(new SourceId(id), true, pipeline.creditsForRecording(), 0, 0));
    }

    private Picture picture(int shade) {
        Picture picture = pictures.grey(32, 16, shade);
        picture.captured(Picture.UNKNOWN, 0, io.ringsight.core.time.CaptureClock.ARRIVAL, 0);
        made.add(picture);
        return picture;
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
    void recordingLosesNothingAndKeepsItsOrder() throws InterruptedException {
        start(2, 1);
        FrameIntake file = recording("file");
        for (int i = 0; i < 200; i++) {
            file.offer(picture(1 + i));
        }
        List<Recorded> messages = results.await(200);
        for (int i = 0; i < 200; i++) {
            assertThat(messages.get(i).frameSeq()).isEqualTo(i + 1);
            assertThat(messages.get(i).classId()).isEqualTo(1 + i);
            assertThat(messages.get(i).losses()).isEmpty();
        }
    }

    @Test
    void dropsWhenTheCameraHasNoCreditAndSaysSo() throws InterruptedException {
        start(1, 1);
        backend.holdLaunches();
        FrameIntake camera = camera("cam");
        for (int i = 1; i <= 5; i++) {
            camera.offer(picture(i));
        }
        assertThat(camera.metrics().value(Counter.FRAMES_OVERLOAD)).isEqualTo(3);
        backend.completeNext();
        backend.completeNext();
        results.await(2);
        awaitCredit(camera);
        backend.releaseLaunches();
        Recorded third = results.await(3).get(2);
        assertThat(third.prevFrameSeq()).isEqualTo(2);
        assertThat(third.losses()).containsOnlyKeys(GapReason.OVERLOAD);
        results.assertAccountedFor("cam", third.frameSeq());
    }

    /** The credit comes back after the message is out; offer until one is accepted. */
    private void awaitCredit(FrameIntake camera) throws InterruptedException {
        long lost = camera.metrics().value(Counter.FRAMES_OVERLOAD);
        while (true) {
            camera.offer(picture(99));
            long nowLost = camera.metrics().value(Counter.FRAMES_OVERLOAD);
            if (nowLost == lost) {
                return;
            }
            lost = nowLost;
            Thread.onSpinWait();
        }
    }

    @Test
    void oneCameraCannotStarveAnother() throws InterruptedException {
        start(1, 1);
        backend.holdLaunches();
        FrameIntake greedy = camera("greedy");
        FrameIntake modest = camera("modest");
        for (int i = 0; i < 50; i++) {
            greedy.offer(picture(1));
        }
        modest.offer(picture(2));
        assertThat(modest.metrics().value(Counter.FRAMES_OVERLOAD)).isZero();
        backend.releaseLaunches();
        results.await(3);
        assertThat(results.of("modest")).hasSize(1);
    }

    @Test
    void camerasWithMoreCreditsThanTheRingHasSlotsStarveNobody() throws InterruptedException {
        start(1, 1);
        backend.holdLaunches();
        List<FrameIntake> cameras =
                IntStream.range(0, 12).mapToObj(i -> camera("cam" + i)).toList();
        for (FrameIntake camera : cameras) {
            camera.offer(picture(1));
            camera.offer(picture(2));
        }
        assertThat(cameras).allMatch(camera -> camera.metrics().value(Counter.FRAMES_OVERLOAD) == 1);
        pipeline.forget(new SourceId("cam11"));
        for (int i = 0; i < 4; i++) {
            pipeline.forget(new SourceId("cam" + i));
        }
        cameras.get(4).offer(picture(3));
        assertThat(cameras.get(4).metrics().value(Counter.FRAMES_OVERLOAD))
                .as("seven cameras are left, and each has its two credits again")
                .isEqualTo(1);
        backend.releaseLaunches();
        results.await(13);
    }

    @Test
    void loadsTheNextLaneWhileOneComputes() throws InterruptedException {
        CountDownLatch bothLaunched = new CountDownLatch(2);
        start(2, 1);
        backend.holdLaunches();
        backend.onLaunch(() -> {
            bothLaunched.countDown();
            return 0;
        });
        FrameIntake camera = camera("cam");
        camera.offer(picture(1));
        camera.offer(picture(2));
        assertThat(bothLaunched.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(results.all()).isEmpty();
    }

    @Test
    void gathersWaitingFramesIntoOneBatch() throws InterruptedException {
        start(1, 4);
        AtomicInteger launches = new AtomicInteger();
        backend.onLaunch(launches::incrementAndGet);
        backend.holdLaunches();
        FrameIntake file = recording("file");
        for (int i = 1; i <= 5; i++) {
            file.offer(picture(i));
        }
        backend.releaseLaunches();
        awaitLaunchAndRelease(launches);
        List<Recorded> messages = results.await(5);
        assertThat(messages).extracting(Recorded::classId).containsExactly(1, 2, 3, 4, 5);
        // What Dispatch saw first, what it saw while that went on, and all the rest.
        assertThat(launches.get()).isBetween(2, 3);
    }

    /** A launch that began to be held while the others were released. */
    private void awaitLaunchAndRelease(AtomicInteger launches) {
        Await.until(() -> launches.get() > 0);
        backend.releaseLaunches();
    }

    @Test
    void failedBatchLosesItsFramesAndNothingElse() throws InterruptedException {
        start(1, 1);
        backend.holdLaunches();
        FrameIntake file = recording("file");
        file.offer(picture(1));
        file.offer(picture(2));
        backend.failNext(InferenceException.ofFrame("on purpose", null));
        backend.completeNext();
        Recorded message = results.await(1).get(0);
        assertThat(message.frameSeq()).isEqualTo(2);
        assertThat(message.losses()).isEqualTo(Map.of(GapReason.INFERENCE_FAILED, 1));
        assertThat(pipeline.broken().toCompletableFuture()).isNotDone();
    }

    @Test
    void pictureThatCannotBePreprocessedIsAGap() throws InterruptedException {
        start(2, 2);
        FrameIntake file = recording("file");
        Picture bad = picture(7);
        backend.failLoads(p -> p == bad);
        file.offer(picture(1));
        file.offer(bad);
        file.offer(picture(3));
        List<Recorded> messages = results.await(2);
        assertThat(messages).extracting(Recorded::classId).containsExactly(1, 3);
        assertThat(messages.get(1).losses()).isEqualTo(Map.of(GapReason.INFERENCE_FAILED, 1));
    }

    @Test
    void pictureWhoseOutputIsNaNIsAGap() throws InterruptedException {
        backend = new FakeBackend(2, 2);
        pipeline = new Pipeline(
                16, FakeBackend.computing(backend, Decoders.of(FakeBackend.SPEC)), List.of(results), clock);
        backend.answerNaN(70);
        FrameIntake file = recording("file");
        for (int shade : new int[] {60, 70, 80}) {
            file.offer(picture(shade));
        }
        List<Recorded> messages = results.await(2);
        assertThat(messages).extracting(Recorded::classId).containsExactly(60, 80);
        assertThat(messages.get(1).losses()).isEqualTo(Map.of(GapReason.INFERENCE_FAILED, 1));
        assertThat(file.metrics().value(Counter.FRAMES_INFERENCE_FAILED)).isEqualTo(1);
    }

    @Test
    void objectsThatCannotBeAndTooManyAreCounted() throws InterruptedException {
        DetectionDecoder odd = (output, row, threshold, into) -> {
            into.clear();
            into.add(1, 6, 2, 2, 0.9f, 5);
            into.add(SIDE_OF_INPUT, 6, 2, 2, 0.8f, 6);
            into.markCut();
        };
        backend = new FakeBackend(1, 1);
        pipeline = new Pipeline(16, FakeBackend.computing(backend, odd), List.of(results), clock);
        FrameIntake file = recording("file");
        file.offer(picture(1));
        assertThat(results.await(1)).extracting(Recorded::classId).containsExactly(5);
        assertThat(file.metrics().value(Counter.DETECTIONS_INVALID)).isEqualTo(1);
        assertThat(file.metrics().value(Counter.FRAMES_CUT)).isEqualTo(1);
    }

    @Test
    void suspectFramesHaveTheirMessagesAndAreMarked() throws InterruptedException {
        start(1, 1);
        FrameIntake camera = recording("cam");
        camera.offer(picture(1));
        camera.suspect(GapReason.FROZEN, "", 0);
        camera.suspect(GapReason.FROZEN, "", 0);
        camera.offer(picture(2));
        camera.lost(GapReason.CORRUPT, 2);
        camera.suspect(GapReason.BLACK, "", 0);
        camera.offer(picture(3));
        camera.gap(GapReason.DISCONNECTED, "");
        camera.offer(picture(4));
        camera.trust();
        List<Recorded> messages = results.await(10);
        assertThat(messages.stream()
                        .map(m -> m.isFrame()
                                ? m.frameSeq() + " " + m.suspicion()
                                : m.gap().reason() + (m.gap().isOpen() ? " begins" : " ends"))
                        .toList())
                .containsExactly(
                        "1 null",
                        "FROZEN begins",
                        "2 FROZEN",
                        "FROZEN ends",
                        "BLACK begins",
                        "5 BLACK",
                        "BLACK ends",
                        "DISCONNECTED begins",
                        "DISCONNECTED ends",
                        "6 null");
        results.assertAccountedFor("cam", 6);
        assertThat(camera.metrics().value(Counter.FRAMES_SUSPECT)).isEqualTo(2);
        assertThat(camera.metrics().value(Counter.SUSPICIONS)).isEqualTo(2);
    }

    @Test
    void brokenDeviceIsTold() throws Exception {
        start(1, 1);
        backend.holdLaunches();
        InferenceException gone = InferenceException.fatal("device lost", null);
        recording("file").offer(picture(1));
        backend.failNext(gone);
        assertThat(pipeline.broken().toCompletableFuture().get(60, TimeUnit.SECONDS))
                .isSameAs(gone);
    }

    @Test
    void frameOlderThanItsDeadlineIsLate() throws InterruptedException {
        start(1, 1);
        backend.holdLaunches();
        FrameIntake camera = pipeline.connect(new IntakeSpec(new SourceId("cam"), false, 3, 100 * MS, 0));
        camera.offer(picture(1));
        awaitHeld(1);
        camera.offer(picture(2));
        clock.advanceMs(101);
        camera.offer(picture(3));
        backend.completeNext();
        backend.completeNext();
        List<Recorded> messages = results.await(2);
        assertThat(messages).extracting(Recorded::classId).containsExactly(1, 3);
        assertThat(messages.get(1).losses()).isEqualTo(Map.of(GapReason.LATE, 1));
    }

    private void awaitHeld(int launches) {
        Await.until(() -> backend.heldLaunches() >= launches);
    }

    @Test
    void framesAboveMaxFpsAreLeftOutEvenly() throws InterruptedException {
        start(1, 1);
        FrameIntake file = pipeline.connect(new IntakeSpec(new SourceId("file"), true, 4, 0, 10));
        for (int i = 0; i < 100; i++) {
            Picture picture = picture(1);
            picture.captured(i * 40 * MS, 0, io.ringsight.core.time.CaptureClock.FILE, 0);
            file.offer(picture);
        }
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(results.all()).hasSizeBetween(39, 41);
        assertThat(file.metrics().value(Counter.FRAMES_RATE_LIMIT))
                .isEqualTo(100 - results.all().size());
    }

    @Test
    void gapIsToldWhenItBeginsWhenItsReasonChangesAndWhenItEnds() throws InterruptedException {
        start(1, 1);
        FrameIntake camera = camera("cam");
        camera.offer(picture(1));
        camera.gap(GapReason.STALLED, "no frame for 3000 ms");
        camera.gap(GapReason.STALLED, "still none");
        clock.advanceMs(500);
        camera.gap(GapReason.REFUSED, "");
        clock.advanceMs(500);
        camera.offer(picture(2));
        List<Recorded> messages = results.await(5);
        assertThat(messages)
                .extracting(
                        m -> m.isFrame() ? "frame" : m.gap().reason() + (m.gap().isOpen() ? " open" : " over"))
                .containsExactly("frame", "STALLED open", "REFUSED open", "REFUSED over", "frame");
        assertThat(messages.get(3).gap().span().untilUtcNs()
                        - messages.get(3).gap().span().sinceUtcNs())
                .isEqualTo(1_000 * MS);
        assertThat(messages.get(4).frameSeq()).isEqualTo(2);
        results.assertAccountedFor("cam", 2);
    }

    @Test
    void gapCarriesTheFramesLostBeforeIt() throws InterruptedException {
        start(1, 1);
        FrameIntake camera = camera("cam");
        camera.offer(picture(1));
        camera.lost(GapReason.CORRUPT, 3);
        camera.gap(GapReason.ENDED, "");
        Recorded end = results.await(2).get(1);
        assertThat(end.losses()).isEqualTo(Map.of(GapReason.CORRUPT, 3));
        results.assertAccountedFor("cam", 4);
    }

    @Test
    void sinkThatThrowsIsCountedAndTheOthersGetTheirFrames() throws InterruptedException {
        ResultSink broken = new ResultSink() {
            @Override
            public void frame(io.ringsight.core.frame.FrameResult result, boolean lossless) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void gap(io.ringsight.core.frame.Gap gap, boolean lossless) {
                throw new IllegalStateException("on purpose");
            }
        };
        start(1, 1, clock, broken, results);
        FrameIntake file = recording("file");
        file.offer(picture(1));
        file.gap(GapReason.ENDED, "");
        results.await(2);
        assertThat(file.metrics().value(Counter.SINK_FAILURES)).isEqualTo(2);
    }

    @Test
    void frameReasonIsNoGapAndTheOtherWayRound() {
        start(1, 1);
        FrameIntake camera = camera("cam");
        assertThatThrownBy(() -> camera.gap(GapReason.OVERLOAD, "")).hasMessageContaining("lost()");
        assertThatThrownBy(() -> camera.lost(GapReason.STALLED, 1)).hasMessageContaining("span of time");
    }

    /** Sources at random, failures at random: every frame is in a message or counted, each source in order. */
    @Test
    void accountsForEveryFrameOfManySourcesUnderFailures() throws InterruptedException {
        long seed = new Random().nextLong();
        System.out.println("accountsForEveryFrameOfManySourcesUnderFailures seed=" + seed);
        start(3, 2, Clock.system(), results);
        backend.failLoads(p -> (p.hashCode() & 15) == 0);
        int sources = 8;
        int frames = 400;
        List<Thread> threads = new ArrayList<>();
        for (int s = 0; s < sources; s++) {
            FrameIntake intake = s % 4 == 0 ? recording("s" + s) : camera("s" + s);
            Random random = new Random(seed + s);
            List<Picture> own = new ArrayList<>();
            for (int i = 0; i < frames; i++) {
                own.add(picture(1 + random.nextInt(254)));
            }
            threads.add(new Thread(() -> feed(intake, own, random)));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(pipeline.drain(60_000)).isTrue();
        for (int s = 0; s < sources; s++) {
            results.assertAccountedFor("s" + s, frames);
        }
    }

    private static void feed(FrameIntake intake, List<Picture> pictures, Random random) {
        try {
            for (Picture picture : pictures) {
                if (random.nextInt(50) == 0) {
                    intake.gap(GapReason.DISCONNECTED, "");
                }
                intake.offer(picture);
            }
            intake.gap(GapReason.ENDED, "");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
