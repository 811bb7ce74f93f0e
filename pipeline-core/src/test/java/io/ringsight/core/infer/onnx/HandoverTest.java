package io.ringsight.core.infer.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.infer.InferenceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class HandoverTest {
    private static final int ROUNDS = 2_000;

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
            for (int done = 0; done < ROUNDS; ) {
                int rows = handover.launched();
                if (rows > 0) {
                    result += rows;
                    handover.end(null);
                    done++;
                } else {
                    Thread.yield();
                }
            }
        });
        computing.setDaemon(true);
        computing.start();

        long expected = 0;
        for (int round = 1; round <= ROUNDS; round++) {
            int rows = 1 + round % 8;
            expected += rows;
            handover.launch(rows);
            handover.await();
            assertThat(result).isEqualTo(expected);
        }
    }
}
