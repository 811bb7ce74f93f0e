package io.ringsight.sources.libav;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringsight.core.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What FFmpeg is told when it asks whether to give up. */
class DeadlineTest {
    private boolean isBroken;
    private long nowNs;
    private final Deadline deadline = new Deadline(new Clock() {
        @Override
        public long nanoTime() {
            if (isBroken) {
                throw new OutOfMemoryError("on purpose");
            }
            return nowNs;
        }

        @Override
        public long epochNanos() {
            return nowNs;
        }
    });

    @AfterEach
    void leaveThread() {
        Deadline.ofThread(null);
    }

    private static int asked() {
        return Deadline.callback().call(null);
    }

    @Test
    void callsGiveUpWhenTheTimeIsOver() {
        Deadline.ofThread(deadline);
        deadline.until(10);
        assertThat(asked()).isZero();
        nowNs = 10;
        assertThat(asked()).isOne();
    }

    @Test
    void anErrorWhileFfmpegAsksWaitsUntilFfmpegHasReturned() {
        Deadline.ofThread(deadline);
        deadline.until(10);
        isBroken = true;
        assertThat(asked()).isOne();
        isBroken = false;
        assertThat(asked()).as("it gives up for good").isOne();
        assertThatThrownBy(deadline::throwFailure).isInstanceOf(OutOfMemoryError.class);
        assertThatCode(deadline::throwFailure).as("once").doesNotThrowAnyException();
        assertThat(asked()).isZero();
    }
}
