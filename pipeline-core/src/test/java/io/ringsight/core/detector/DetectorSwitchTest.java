package io.ringsight.core.detector;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.SourceId;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.InferenceException;
import io.ringsight.core.infer.Opened;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelSpec;
import io.ringsight.core.pipeline.FrameIntake;
import io.ringsight.core.pipeline.IntakeSpec;
import io.ringsight.core.pipeline.Pipeline;
import io.ringsight.core.pipeline.RecordedResults;
import io.ringsight.core.pipeline.RecordedResults.Recorded;
import io.ringsight.core.run.Await;
import io.ringsight.core.time.CaptureClock;
import io.ringsight.core.time.Clock;
import io.ringsight.core.time.ManualClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What computes changes while a pipeline runs: frames keep their order, and each says what computed it. */
@Timeout(300)
class DetectorSwitchTest {
    private static final float THRESHOLD = 0.001f;

    private final FakeBackend cpu = new FakeBackend("cpu", 3, 2);
    private final FakeBackend gpu = new FakeBackend("gpu", 2, 2);
    private final Counters<BackendCounter> metrics = new Counters<>(BackendCounter.class);
    private final RecordedResults results = new RecordedResults();
    private final NativePictures pictures = new NativePictures();
    private DetectorSwitch detectors;
    private Pipeline pipeline;
    private FrameIntake file;

    private void start(Opened opened) {
        detectors = new DetectorSwitch(FakeBackend.SPEC, THRESHOLD, opened, metrics);
        pipeline = new Pipeline(16, detectors, List.of(results), Clock.system());
        file = pipeline.connect(new IntakeSpec(new SourceId("file"), true, 8, 0, 0));
    }

    private void startOnGpu() {
        start(new Opened(cpu, Optional.of(() -> gpu), true));
    }

    private void offer(int... shades) throws InterruptedException {
        for (int shade : shades) {
            Picture picture = pictures.grey(32, 16, shade);
            picture.captured(Picture.UNKNOWN, 0, CaptureClock.ARRIVAL, 0);
            file.offer(picture);
        }
    }

    private List<String> backends(int frames) throws InterruptedException {
        return results.await(frames).stream().map(Recorded::backend).toList();
    }

    @AfterEach
    void close() throws InterruptedException {
        cpu.releaseLaunches();
        gpu.releaseLaunches();
        assertThat(pipeline.drain(60_000)).isTrue();
        assertThat(pipeline.stop(60_000)).isEmpty();
        detectors.close();
        pictures.close();
    }

    @Test
    void aLibraryOfTheGpuThatDoesNotLoadLeavesTheWorkToTheCpu() throws InterruptedException {
        start(new Opened(
                cpu,
                Optional.of(() -> {
                    throw new UnsatisfiedLinkError("libnvinfer.so.10: cannot open shared object file");
                }),
                true));
        offer(1);
        assertThat(backends(1)).containsExactly("cpu");
        assertThat(metrics.value(BackendCounter.FALLBACKS_TO_CPU)).isEqualTo(1);
    }

    @Test
    void theCpuComputesUntilTheGpuIsReadyAndEachResultSaysWhoDid() throws InterruptedException {
        CountDownLatch built = new CountDownLatch(1);
        start(new Opened(cpu, Optional.of(after(built, gpu)), false));
        cpu.holdLaunches();
        offer(10);
        awaitHeld(cpu, 1);
        built.countDown();
        Await.until(() -> detectors.current().backend() == gpu);
        gpu.holdLaunches();
        offer(30);
        awaitHeld(gpu, 1);
        gpu.releaseLaunches();
        cpu.releaseLaunches();
        assertThat(backends(2)).containsExactly("cpu", "gpu");
        assertThat(results.await(2)).extracting(Recorded::classId).containsExactly(10, 30);
        assertThat(metrics.value(BackendCounter.SWITCHES_TO_GPU)).isEqualTo(1);
    }

    @Test
    void aGpuWhoseEngineIsThereIsWaitedFor() throws InterruptedException {
        startOnGpu();
        offer(5);
        assertThat(backends(1)).containsExactly("gpu");
        assertThat(metrics.value(BackendCounter.SWITCHES_TO_GPU)).isEqualTo(1);
    }

    @Test
    void theyMayDifferInLanesAndBatches() throws InterruptedException {
        FakeBackend small = new FakeBackend("gpu", 1, 1);
        start(new Opened(cpu, Optional.of(() -> small), true));
        for (int i = 1; i <= 40; i++) {
            offer(i);
        }
        assertThat(results.await(40)).extracting(Recorded::frameSeq).isSorted();
        assertThat(backends(40)).containsOnly("gpu");
        results.assertAccountedFor("file", 40);
    }

    @Test
    void aBrokenGpuCostsItsBatchesAndTheCpuGoesOn() throws InterruptedException {
        startOnGpu();
        gpu.holdLaunches();
        offer(1);
        gpu.failNext(InferenceException.fatal("cudaEventSynchronize failed: illegal address", null));
        Await.until(() -> detectors.current().backend() == cpu);
        offer(2);

        List<Recorded> frames = results.await(1);
        assertThat(frames.get(0).classId()).isEqualTo(2);
        assertThat(frames.get(0).backend()).isEqualTo("cpu");
        assertThat(frames.get(0).losses()).isEqualTo(Map.of(GapReason.INFERENCE_FAILED, 1));
        assertThat(metrics.value(BackendCounter.FALLBACKS_TO_CPU)).isEqualTo(1);
        assertThat(pipeline.broken().toCompletableFuture()).isNotDone();
    }

    /** Both lanes of the GPU are held when Dispatch comes for a third. */
    @Test
    void whoWaitsForALaneOfAGpuThatBreaksGetsOneOfTheCpu() throws InterruptedException {
        startOnGpu();
        gpu.holdLaunches();
        offer(1);
        awaitHeld(gpu, 1);
        offer(2);
        awaitHeld(gpu, 2);
        offer(3);
        awaitDispatchWaits();
        detectors.outcome(detectors.current(), InferenceException.fatal("broke", null));
        gpu.releaseLaunches();
        assertThat(results.await(3)).extracting(Recorded::classId).containsExactly(1, 2, 3);
        assertThat(backends(3)).containsExactly("gpu", "gpu", "cpu");
    }

    @Test
    void rowsOnAGpuThatBreaksAreLostAndNeverTakenForTheCpusOwn() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        startOnGpu();
        gpu.onLaunch(() -> {
            awaitQuietly(go);
            return 0;
        });
        offer(9); // Dispatch waits with it, and the next two are one batch
        Await.until(() -> pipeline.position().entered() == 1 && dispatchIs("FakeLane.launch", "awaitQuietly"));
        offer(1);
        Picture second = pictures.grey(32, 16, 2);
        second.captured(Picture.UNKNOWN, 0, CaptureClock.ARRIVAL, 0);
        gpu.breakAt(picture -> picture == second);
        file.offer(second);
        go.countDown();
        Await.until(() -> detectors.current().backend() == cpu);
        offer(4);

        List<Recorded> frames = results.await(2);
        assertThat(frames).extracting(Recorded::classId).containsExactly(9, 4);
        assertThat(frames.get(1).backend()).isEqualTo("cpu");
        assertThat(frames.get(1).losses()).isEqualTo(Map.of(GapReason.INFERENCE_FAILED, 2));
    }

    @Test
    void aLaunchThatBreaksTheGpuLosesItsRowsAndTheCpuGoesOn() throws InterruptedException {
        startOnGpu();
        gpu.onLaunch(() -> {
            throw InferenceException.fatal("cudaGraphLaunch failed", null);
        });
        offer(1);
        Await.until(() -> detectors.current().backend() == cpu);
        offer(2);
        assertThat(results.await(1).get(0).losses()).isEqualTo(Map.of(GapReason.INFERENCE_FAILED, 1));
    }

    @Test
    void aCpuThatBreaksToo() throws Exception {
        startOnGpu();
        detectors.outcome(detectors.current(), InferenceException.fatal("the GPU broke", null));
        cpu.holdLaunches();
        offer(1);
        cpu.failNext(InferenceException.fatal("the CPU broke", null));
        assertThat(pipeline.broken().toCompletableFuture().get(60, TimeUnit.SECONDS))
                .hasMessage("the CPU broke");
    }

    @Test
    void closesBothAlsoAGpuThatWasOpenedWhileClosing() throws Exception {
        CountDownLatch closing = new CountDownLatch(1);
        start(new Opened(cpu, Optional.of(after(closing, gpu)), false));
        Thread closer = new Thread(detectors::close);
        closer.start();
        Await.until(() -> closer.getState() == Thread.State.TIMED_WAITING);
        closing.countDown();
        closer.join(TimeUnit.SECONDS.toMillis(20));
        assertThat(gpu.isClosed()).isTrue();
        assertThat(cpu.isClosed()).isTrue();
    }

    /** A model that is known by its name, and its results by their classes. */
    private static ModelSpec model(int number) {
        ModelSpec any = FakeBackend.SPEC;
        return new ModelSpec(
                "model-" + number,
                "1",
                any.weights(),
                any.input(),
                any.output(),
                any.labels(),
                any.threshold(),
                List.of());
    }

    @Test
    void modelsAreReplacedUnderLoadWithoutAFrameLostOrOutOfOrderAndEachFrameNamesItsOwn() throws Exception {
        int models = 100;
        start(Opened.of(cpu));
        List<FakeBackend> all = new ArrayList<>(List.of(cpu));
        AtomicInteger offered = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        FutureTask<Void> camera = new FutureTask<>(() -> {
            while (!over.get()) {
                offer(60 + offered.getAndIncrement() % 7);
            }
            return null;
        });
        new Thread(camera).start();
        Await.until(() -> offered.get() > 20 || camera.isDone());
        for (int i = 1; i <= models; i++) {
            FakeBackend next = new FakeBackend("b", 1 + i % 4, 1 + i % 3).shift(i);
            detectors.replace(model(i), THRESHOLD, Opened.of(next), Clock.system());
            assertThat(all.get(all.size() - 1).isClosed())
                    .as("the one before %d", i)
                    .isTrue();
            all.add(next);
            int seen = offered.get();
            Await.until(() -> offered.get() > seen + 20 || camera.isDone());
        }
        over.set(true);
        camera.get(60, TimeUnit.SECONDS);

        List<Recorded> frames = results.await(offered.get());
        results.assertAccountedFor("file", offered.get());
        assertThat(frames).hasSize(offered.get());
        int at = 0;
        for (int i = 0; i < frames.size(); i++) {
            String name = frames.get(i).model();
            int number = name.equals("fake") ? 0 : Integer.parseInt(name.substring("model-".length()));
            assertThat(number).as("model of frame %d", i).isGreaterThanOrEqualTo(at);
            at = number;
            assertThat(frames.get(i).classId()).as("frame %d by %s", i, name).isEqualTo(60 + i % 7 + number);
        }
        assertThat(frames.stream().map(Recorded::model).distinct().count()).isEqualTo(models + 1);
        assertThat(metrics.value(BackendCounter.MODELS_REPLACED)).isEqualTo(models);
        assertThat(all.get(models).isClosed()).isFalse();
    }

    @Test
    void aModelIsClosedWhenItsLastBatchIsDoneAndTheNextComputesMeanwhile() throws Exception {
        start(Opened.of(cpu));
        cpu.holdLaunches();
        offer(10);
        awaitHeld(cpu, 1);
        FakeBackend next = new FakeBackend("next", 1, 1).shift(1);
        next.holdLaunches();
        FutureTask<Void> replacing = new FutureTask<>(() -> {
            detectors.replace(model(1), THRESHOLD, Opened.of(next), Clock.system());
            return null;
        });
        new Thread(replacing).start();
        Await.until(() -> detectors.current().backend() == next);
        offer(20);
        awaitHeld(next, 1);
        assertThat(cpu.isClosed()).isFalse();
        assertThat(replacing).isNotDone();
        next.releaseLaunches();
        cpu.releaseLaunches();
        replacing.get(60, TimeUnit.SECONDS);
        assertThat(cpu.isClosed()).isTrue();
        assertThat(results.await(2)).extracting(Recorded::classId).containsExactly(10, 21);
    }

    /** Whose batch does not end in time computes still: its memory is not taken away. */
    @Test
    void aModelWhoseLastBatchHangsIsNotClosedUnderIt() throws Exception {
        ManualClock clock = new ManualClock(0);
        start(Opened.of(cpu));
        cpu.holdLaunches();
        offer(10);
        awaitHeld(cpu, 1);
        offer(20);
        awaitHeld(cpu, 2);
        FutureTask<Void> replacing = new FutureTask<>(() -> {
            detectors.replace(model(1), THRESHOLD, Opened.of(new FakeBackend("next", 1, 1)), clock);
            return null;
        });
        Thread thread = new Thread(replacing);
        thread.start();
        Await.until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        clock.advanceMs(31_000);
        cpu.completeNext();
        replacing.get(60, TimeUnit.SECONDS);
        assertThat(cpu.isClosed()).isFalse();
        cpu.releaseLaunches();
        assertThat(results.await(2)).extracting(Recorded::classId).containsExactly(10, 20);
    }

    /** A camera may give nothing more: its lane must not be kept for the next frame. */
    @Test
    void aFrameThatCouldNotBeLoadedKeepsNoLane() throws Exception {
        start(Opened.of(cpu));
        cpu.failLoads(picture -> true);
        offer(10);
        assertThat(pipeline.drain(60_000)).isTrue();
        detectors.replace(model(1), THRESHOLD, Opened.of(new FakeBackend("next", 1, 1)), Clock.system());
        assertThat(cpu.isClosed()).isTrue();
    }

    @Test
    void aModelOfLargerBatchesThanAtTheStartGetsThem() throws Exception {
        start(Opened.of(new FakeBackend("small", 1, 1)));
        FakeBackend large = new FakeBackend("large", 1, 4);
        detectors.replace(model(1), THRESHOLD, Opened.of(large), Clock.system());
        large.holdLaunches();
        offer(1);
        awaitHeld(large, 1);
        offer(2);
        awaitDispatchWaits();
        offer(3, 4, 5, 6);
        large.completeNext();
        large.completeNext();
        large.completeNext();
        // The last four are through by one launch: a second one would be held for ever.
        assertThat(results.await(6)).extracting(Recorded::classId).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void aModelReplacedWhileItsEngineIsBuiltDoesNotComeBack() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch built = new CountDownLatch(1);
        Supplier<InferenceBackend> building = () -> {
            begun.countDown();
            return after(built, gpu).get();
        };
        start(new Opened(cpu, Optional.of(building), false));
        // A model that was replaced before its engine was begun gets none.
        awaitQuietly(begun);
        FakeBackend next = new FakeBackend("next", 1, 1);
        detectors.replace(model(1), THRESHOLD, Opened.of(next), Clock.system());
        built.countDown();
        Await.until(gpu::isClosed);
        assertThat(detectors.current().backend()).isSameAs(next);
        assertThat(next.isClosed()).isFalse();
    }

    @Test
    void aModelWithAGpuReplacesOneWithAGpu() throws Exception {
        startOnGpu();
        FakeBackend nextGpu = new FakeBackend("gpu", 1, 1);
        FakeBackend nextCpu = new FakeBackend("cpu", 1, 1);
        detectors.replace(model(1), THRESHOLD, new Opened(nextCpu, Optional.of(() -> nextGpu), true), Clock.system());
        assertThat(List.of(cpu.isClosed(), gpu.isClosed())).containsExactly(true, true);
        offer(5);
        assertThat(backends(1)).containsExactly("gpu");
        detectors.outcome(detectors.current(), InferenceException.fatal("broke", null));
        offer(6);
        assertThat(backends(2)).containsExactly("gpu", "cpu");
        detectors.close();
        assertThat(List.of(nextCpu.isClosed(), nextGpu.isClosed())).containsExactly(true, true);
    }

    private static Supplier<InferenceBackend> after(CountDownLatch latch, InferenceBackend backend) {
        return () -> {
            awaitQuietly(latch);
            return backend;
        };
    }

    private static void awaitHeld(FakeBackend backend, int launches) {
        Await.until(() -> backend.heldLaunches() >= launches);
    }

    private static void awaitDispatchWaits() {
        Await.until(() -> dispatchIs("LanePool", "take"));
    }

    private static boolean dispatchIs(String... calls) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().equals("ringsight-dispatch"))
                .map(entry -> Arrays.toString(entry.getValue()))
                .anyMatch(stack -> Arrays.stream(calls).allMatch(stack::contains));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
