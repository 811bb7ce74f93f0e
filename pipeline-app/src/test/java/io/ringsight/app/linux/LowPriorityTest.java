package io.ringsight.app.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.frame.NativePictures;
import io.ringsight.core.infer.BackendSpec;
import io.ringsight.core.infer.InferenceBackend;
import io.ringsight.core.infer.Lane;
import io.ringsight.core.infer.open.Backends;
import io.ringsight.core.infer.open.Models;
import io.ringsight.core.metrics.BackendCounter;
import io.ringsight.core.metrics.Counters;
import io.ringsight.core.model.ModelOverrides;
import io.ringsight.core.run.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class LowPriorityTest {
    private static final Path MODEL =
            Path.of(System.getProperty("ringsight.root")).resolve("conf/models/pcb-defect.onnx");

    @Test
    void itsThreadAndThoseItStartsHaveTheLowestPriorityAndTheCallerKeepsItsOwn() throws Exception {
        int before = Niceness.ofThisThread();
        AtomicInteger ofChild = new AtomicInteger();

        int nice = LowPriority.call("low", () -> {
            Thread child = new Thread(() -> ofChild.set(Niceness.ofThisThread()));
            child.start();
            child.join();
            return Niceness.ofThisThread();
        });

        assertThat(nice).isEqualTo(19);
        assertThat(ofChild).hasValue(19);
        assertThat(Niceness.ofThisThread()).isEqualTo(before).isLessThan(19);
    }

    @Test
    void whatTheWorkThrowsIsThrown() {
        assertThatThrownBy(() -> LowPriority.call("low", () -> {
                    throw new IOException("declared");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("declared");
        assertThatThrownBy(() -> LowPriority.call("low", () -> {
                    throw new IllegalStateException("undeclared");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> LowPriority.call("low", () -> {
                    throw new AssertionError("an Error");
                }))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void anInterruptDoesNotLoseWhatWasMadeAndIsKept() throws Exception {
        Thread caller = Thread.currentThread();
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread interrupter = new Thread(() -> {
            caller.interrupt();
            interrupted.countDown();
        });

        String made = LowPriority.call("low", () -> {
            interrupter.start();
            interrupted.await();
            return "made";
        });

        assertThat(made).isEqualTo("made");
        assertThat(Thread.interrupted()).isTrue();
    }

    /** Otherwise a model loaded beside cameras would compute with what others leave for ever. */
    @Test
    void aModelLoadedAtLowPriorityComputesAtThatOfWhoLaunches() throws Exception {
        try (InferenceBackend backend = LowPriority.call(
                        "loader",
                        () -> Backends.open(
                                        Models.read(MODEL, ModelOverrides.NONE),
                                        new BackendSpec("cpu", 2, 1),
                                        new Counters<>(BackendCounter.class))
                                .now());
                NativePictures pictures = new NativePictures()) {
            // Linux has a thread a moment longer than Java
            Await.until(() -> Niceness.ofThreads("worker-").isEmpty());
            for (Lane lane : backend.lanes()) {
                lane.load(0, pictures.grey(32, 32, 1));
                lane.launch(1);
            }
            List<Integer> working = Niceness.ofThreads("worker-");
            for (Lane lane : backend.lanes()) {
                lane.await();
            }
            assertThat(working).isNotEmpty().containsOnly(Niceness.ofThisThread());
        }
    }
}
