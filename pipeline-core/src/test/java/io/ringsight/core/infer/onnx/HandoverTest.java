package io.ringsight.core.infer.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.infer.InferenceException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class HandoverTest {
    private static final int ROUNDS = 2_000;
    /** A busy machine needs a second for some of them. */
    private static final long MAX_NS = TimeUnit.SECONDS.toNanos(10);

    private final Handover handover = new Handover();
    /** Not volatile: the handover is what makes it seen. */
    private long result;

    @Test
    void nothingIsLaunchedBeforeAndAfterABatch() throws InterruptedException {
        assertThat(handover.launched()).isZero();
        handover.launch(3);
        assertThat(handover.launched()).isEqualTo(3);
        handover.end(null);
        assertThat(handover.launched()).isZero();

        handover.await();

        assertThat(handover.launched()).isZero();
    }

    @Test
    void whoAwaitsIsToldWhyItFailedAndTheNextBatchGoesOn() throws InterruptedException {
        InferenceException cause = InferenceException.ofFrame("on purpose", null);
        handover.launch(1);
        handover.end(cause);
        assertThatThrownBy(handover::await).isSameAs(cause);

        handover.launch(1);
        handover.end(null);
        handover.await();
    }

    @Test
    void anInterruptEndsTheWaiting() {
        handover.launch(1);
        Thread.currentThread().interrupt();

        assertThatThrownBy(handover::await).isInstanceOf(InterruptedException.class);
    }

    @Test
    void noWakeUpIsLostAndEachResultIsSeen() throws InterruptedException {
        Thread computing = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                int rows = handover.launched();
                if (rows > 0) {
                    result += rows;
                    handover.end(null);
                } else {
                    Thread.yield();
                }
            }
        });
        computing.setDaemon(true);
        computing.start();

        long expected = 0;
        long beganNs = System.nanoTime();
        for (int round = 1; round <= ROUNDS && System.nanoTime() - beganNs < MAX_NS; round++) {
            int rows = 1 + round % 8;
            expected += rows;
            handover.launch(rows);
            handover.await();
            assertThat(result).isEqualTo(expected);
        }
        computing.interrupt();
    }
}
