package io.ringsight.core.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class CreditsTest {
    private final AtomicInteger most = new AtomicInteger(2);
    private final Credits credits = new Credits(most::get);

    @Test
    void noMoreAreTakenThanThereAre() {
        assertThat(credits.tryTake()).isTrue();
        assertThat(credits.tryTake()).isTrue();
        assertThat(credits.tryTake()).isFalse();

        credits.giveBack();

        assertThat(credits.tryTake()).isTrue();
        assertThat(credits.tryTake()).isFalse();
    }

    @Test
    void whenThereAreFewerThoseTakenComeBackFirst() {
        credits.tryTake();
        credits.tryTake();
        most.set(1);

        credits.giveBack();
        assertThat(credits.tryTake()).isFalse();

        credits.giveBack();
        assertThat(credits.tryTake()).isTrue();
    }

    @Test
    void whoeverWaitsGetsTheOneThatIsGivenBack() throws Exception {
        credits.tryTake();
        credits.tryTake();
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        Thread taker = taker(taken);
        awaitParked(taker);

        credits.giveBack();

        assertThat(taken.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(credits.tryTake()).isFalse();
    }

    @Test
    void whoeverWaitsLooksAgainWhenThereAreMore() throws Exception {
        credits.tryTake();
        credits.tryTake();
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        Thread taker = taker(taken);
        awaitParked(taker);

        most.set(3);
        credits.wake();

        assertThat(taken.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anInterruptEndsTheWaitingAndTakesNone() throws Exception {
        credits.tryTake();
        credits.tryTake();
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        Thread taker = taker(taken);
        awaitParked(taker);

        taker.interrupt();

        assertThat(taken.get(30, TimeUnit.SECONDS)).isFalse();
        credits.giveBack();
        assertThat(credits.tryTake()).isTrue();
    }

    /** Completed with whether it took one. */
    private Thread taker(CompletableFuture<Boolean> taken) {
        Thread taker = new Thread(() -> {
            try {
                credits.take();
                taken.complete(true);
            } catch (InterruptedException e) {
                taken.complete(false);
            }
        });
        taker.setDaemon(true);
        taker.start();
        return taker;
    }

    private static void awaitParked(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }
}
