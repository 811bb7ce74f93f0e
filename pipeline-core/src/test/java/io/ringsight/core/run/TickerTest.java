package io.ringsight.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class TickerTest {
    private final CountDownLatch turns = new CountDownLatch(3);
    private final CompletableFuture<Thread> thread = new CompletableFuture<>();
    private Ticker ticker;

    private void start(Runnable task) {
        ticker = Ticker.start("ticker-of-test", Duration.ofMillis(1), () -> {
            thread.complete(Thread.currentThread());
            turns.countDown();
            task.run();
        });
    }

    @AfterEach
    void close() {
        ticker.close();
    }

    @Test
    void anExceptionCostsOneTurn() throws InterruptedException {
        start(() -> {
            throw new IllegalStateException("on purpose");
        });

        assertThat(turns.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anErrorIsToldToWhoeverHearsOfThreadsThatEnd() throws Exception {
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        start(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((failed, cause) -> told.complete(cause));
            throw new NoClassDefFoundError("on purpose");
        });

        assertThat(told.get(30, TimeUnit.SECONDS)).isInstanceOf(NoClassDefFoundError.class);
    }

    @Test
    void itsThreadEndsWhenItIsClosed() throws Exception {
        start(() -> {});
        assertThat(turns.await(30, TimeUnit.SECONDS)).isTrue();

        ticker.close();

        thread.get().join(30_000);
        assertThat(thread.get().isAlive()).isFalse();
    }
}
