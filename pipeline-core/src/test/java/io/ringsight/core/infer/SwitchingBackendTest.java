package io.ringsight.core.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.BackendMetrics;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SwitchingBackendTest {
    private static final int FLOATS = 6;

    private final FakeBackend cpu = new FakeBackend("cpu", 3, 2);
    private final FakeBackend gpu = new FakeBackend("gpu", 2, 2);
    private final BackendMetrics metrics = new BackendMetrics();
    private final SwitchingBackend backend = new SwitchingBackend(cpu, metrics, FLOATS);
    private final NativePictures pictures = new NativePictures();

    @AfterEach
    void close() {
        backend.close();
        pictures.close();
    }

    /** Once the GPU is there it keeps every promise of a backend. */
    @Nested
    class OnTheGpu extends InferenceBackendSuite {
        private FakeBackend fast;

        @Override
        protected InferenceBackend open(int lanes, int maxBatch) {
            fast = new FakeBackend("gpu", lanes, maxBatch);
            SwitchingBackend made = new SwitchingBackend(new FakeBackend("cpu", lanes, maxBatch), metrics, FLOATS);
            made.openNow(() -> fast);
            return made;
        }

        @Override
        protected Picture unloadable(InferenceBackend backend, NativePictures pictures) {
            Picture bad = pictures.grey(16, 16, 1);
            fast.failLoads(picture -> picture == bad);
            return bad;
        }
    }

    @Test
    void aLibraryOfTheGpuThatDoesNotLoadLeavesTheWorkToTheCpu() {
        backend.openNow(() -> {
            throw new UnsatisfiedLinkError("libnvinfer.so.10: cannot open shared object file");
        });

        assertThat(backend.name()).isEqualTo("cpu");
        assertThat(metrics.value(BackendCounter.FALLBACKS_TO_CPU)).isEqualTo(1);
    }

    @Test
    void theProcessorComputesUntilTheGpuIsReadyAndEachResultSaysWhoDid() throws Exception {
        CountDownLatch built = new CountDownLatch(1);
        backend.openInBackground(() -> {
            awaitQuietly(built);
            return gpu;
        });
        Lane early = backend.lanes().get(0);
        early.load(0, pictures.grey(16, 16, 10));
        early.launch(1);
        early.await();
        assertThat(early.backend()).isEqualTo("cpu");
        assertThat(backend.name()).isEqualTo("cpu");

        Lane across = backend.lanes().get(1);
        across.load(0, pictures.grey(16, 16, 20));
        built.countDown();
        awaitSwitch();
        across.load(1, pictures.grey(16, 16, 21));
        across.launch(2);
        across.await();
        assertThat(across.backend()).as("a batch begun on the CPU stays there").isEqualTo("cpu");
        assertShade(across, 1, 21);

        Lane late = backend.lanes().get(2);
        late.load(0, pictures.grey(32, 16, 30));
        late.launch(1);
        late.await();
        assertThat(late.backend()).isEqualTo("gpu");
        assertShade(late, 0, 30);
        assertThat(late.letterbox(0).sourceWidth()).isEqualTo(32);
        assertThat(metrics.value(BackendCounter.SWITCHES_TO_GPU)).isEqualTo(1);
    }

    @Test
    void aLaneWaitsForAFreeLaneOfTheGpu() throws Exception {
        backend.openNow(() -> gpu);
        for (int i = 0; i < 2; i++) {
            backend.lanes().get(i).load(0, pictures.grey(16, 16, i));
            backend.lanes().get(i).launch(1);
        }
        FutureTask<String> third = new FutureTask<>(
                () -> {
                    backend.lanes().get(2).load(0, pictures.grey(16, 16, 2));
                    backend.lanes().get(2).launch(1);
                },
                "loaded");
        new Thread(third).start();
        backend.lanes().get(0).await();
        assertThat(third.get(20, TimeUnit.SECONDS)).isEqualTo("loaded");
        for (int i = 1; i < 3; i++) {
            backend.lanes().get(i).await();
            assertShade(backend.lanes().get(i), 0, i);
        }
    }

    @Test
    void aBrokenGpuCostsItsBatchesAndTheProcessorGoesOn() throws Exception {
        backend.openNow(() -> gpu);
        gpu.holdLaunches();
        Lane lane = backend.lanes().get(0);
        lane.load(0, pictures.grey(16, 16, 1));
        lane.launch(1);
        gpu.failNext(InferenceException.fatal("cudaEventSynchronize failed: illegal address", null));
        assertThatThrownBy(lane::await)
                .hasMessageContaining("cudaEventSynchronize")
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.isFatal()).isFalse());

        lane.load(0, pictures.grey(16, 16, 2));
        lane.launch(1);
        lane.await();
        assertShade(lane, 0, 2);
        assertThat(lane.backend()).isEqualTo("cpu");
        assertThat(backend.name()).isEqualTo("cpu");
        assertThat(metrics.value(BackendCounter.FALLBACKS_TO_CPU)).isEqualTo(1);
    }

    @Test
    void rowsOnAGpuThatBreaksAreLostAndNeverTakenForTheProcessorsOwn() throws Exception {
        backend.openNow(() -> gpu);
        Lane lane = backend.lanes().get(0);
        lane.load(0, pictures.grey(16, 16, 1));
        gpu.breakAt(picture -> true);
        assertThatThrownBy(() -> lane.load(1, pictures.grey(16, 16, 2))).hasMessage("the device broke");
        assertThatThrownBy(() -> lane.load(1, pictures.grey(16, 16, 3))).hasMessage("the device broke");
        assertThatThrownBy(() -> lane.launch(1))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.isFatal()).isFalse());

        lane.load(0, pictures.grey(16, 16, 4));
        lane.launch(1);
        lane.await();
        assertShade(lane, 0, 4);
        assertThat(lane.backend()).isEqualTo("cpu");
    }

    @Test
    void aGpuThatCannotBeOpenedLeavesTheProcessor() throws Exception {
        backend.openNow(() -> {
            throw InferenceException.fatal("cudaMalloc failed: out of memory", null);
        });
        Lane lane = backend.lanes().get(0);
        lane.load(0, pictures.grey(16, 16, 5));
        lane.launch(1);
        lane.await();
        assertThat(lane.backend()).isEqualTo("cpu");
        assertThat(metrics.value(BackendCounter.FALLBACKS_TO_CPU)).isEqualTo(1);
    }

    @Test
    void closesBothAlsoAGpuThatWasOpenedWhileClosing() throws Exception {
        CountDownLatch closing = new CountDownLatch(1);
        backend.openInBackground(() -> {
            awaitQuietly(closing);
            return gpu;
        });
        Thread closer = new Thread(backend::close);
        closer.start();
        while (closer.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        closing.countDown();
        closer.join(TimeUnit.SECONDS.toMillis(20));
        assertThat(gpu.isClosed()).isTrue();
        assertThat(cpu.isClosed()).isTrue();
    }

    private void awaitSwitch() {
        while (!backend.name().equals("gpu") || backend.gpuLanes() == null) {
            Thread.onSpinWait();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void assertShade(Lane lane, int row, int shade) {
        assertThat(lane.output().get(row * FLOATS + 5)).isEqualTo(shade);
    }
}
